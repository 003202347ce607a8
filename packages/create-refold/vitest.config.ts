import { defineConfig } from "vitest/config"
import { shared } from "../../scripts/vitest.shared.ts"

// Test files share no state, so that each worker imports the modules once.
export default defineConfig({ test: { ...shared, isolate: false } })
