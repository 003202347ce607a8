import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Test files share no state, so each worker imports the modules once.
    isolate: false,
    // Logs of passing tests are hidden: faulty subjects log warnings.
    silent: "passed-only",
    // For hangs only.
    testTimeout: 600_000,
    hookTimeout: 600_000
  }
})
