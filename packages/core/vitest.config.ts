import { defineConfig } from "vitest/config"
import { shared } from "../../scripts/vitest.shared.ts"

// Core's properties are fast: many inputs for each.
const env = { ...shared.env, REFOLD_RUNS: process.env["REFOLD_RUNS"] ?? "2000" }

// Test files share no state, so that each worker imports the modules once.
export default defineConfig({ test: { ...shared, env, isolate: false } })
