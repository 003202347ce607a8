import { defineConfig } from "vitest/config"
import { shared } from "../../scripts/vitest.shared.ts"

// Core's properties are fast: many inputs for each.
const env = { ...shared.env, REFOLD_RUNS: process.env["REFOLD_RUNS"] ?? "2000" }

export default defineConfig({ test: { ...shared, env } })
