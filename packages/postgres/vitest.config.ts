import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/globalSetup.ts"],
    // For what hangs only: there are tests that start servers and processes, on a machine that may have others to run.
    testTimeout: 240_000,
    hookTimeout: 120_000
  }
})
