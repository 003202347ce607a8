import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // For what hangs only: the machine may be slow, and have others to run.
    testTimeout: 240_000,
    hookTimeout: 120_000
  }
})
