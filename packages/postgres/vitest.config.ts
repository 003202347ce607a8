import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/globalSetup.ts"],
    // The embedded PostgreSQL takes seconds to start on a slow machine.
    testTimeout: 30_000,
    hookTimeout: 30_000
  }
})
