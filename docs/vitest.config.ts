import { configDefaults, defineConfig } from "vitest/config"
import { withServer } from "../scripts/vitest.shared.ts"

/** The tests in a browser, which have a run of their own. */
export const pattern = "test/playground/*Page.test.ts"

// Test files share no state, so that each worker imports the modules once.
export default defineConfig({
  test: { ...withServer, isolate: false, exclude: [...configDefaults.exclude, pattern] }
})
