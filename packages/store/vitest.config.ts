import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    passWithNoTests: true,
    // Test files share no state, so each worker imports the modules once.
    isolate: false,
    // Logs of passing tests are hidden: tests of failures log warnings.
    silent: "passed-only",
    // For hangs only.
    testTimeout: 600_000,
    hookTimeout: 600_000
  }
})
