import { defineConfig } from "vitest/config"
import { startingWith, withServer } from "../../scripts/vitest.shared.ts"

const sequence = startingWith(["main.integration", "Story"])

// Test files share no state, so that each worker imports the modules once.
export default defineConfig({ test: { ...withServer, isolate: false, maxWorkers: 2, sequence } })
