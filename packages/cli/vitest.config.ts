import { defineConfig } from "vitest/config"
import { withServer } from "../../scripts/vitest.shared.ts"

export default defineConfig({ test: withServer })
