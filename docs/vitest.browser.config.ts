import { defineConfig } from "vitest/config"
import { shared } from "../scripts/vitest.shared.ts"
import { pattern } from "./vitest.config.ts"

// One file at a time: programs in a page have time limits. Both files use one site, which is built once.
export default defineConfig({
  test: {
    ...shared,
    include: [pattern],
    globalSetup: ["test/playground/builtSite.ts"],
    fileParallelism: false
  }
})
