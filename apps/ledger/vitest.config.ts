import { defineConfig } from "vitest/config"
import { withServer } from "../../scripts/vitest.shared.ts"

// Test files share no state, so that each worker imports the modules once.
export default defineConfig({ test: { ...withServer, isolate: false, maxWorkers: 2 } })
