import { defineConfig } from "vitest/config"
import { shared } from "../../scripts/vitest.shared.ts"

// One worker for all files: the packages are packed once.
export default defineConfig({ test: { ...shared, isolate: false, maxWorkers: 1 } })
