import { defineConfig } from "vitest/config"

export default defineConfig({
  // Time-outs are for what hangs only: the machine may be slow, and have others to run.
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/Properties.ts"],
    passWithNoTests: true,
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
