import { configDefaults, defineConfig } from "vitest/config"
import { startingWith, withServer } from "../scripts/vitest.shared.ts"

/** The tests in a browser, which have a run of their own. */
export const pattern = "test/playground/*Page.test.ts"

const sequence = startingWith(["Followed.integration", "Tenants.integration", "Releases.integration"])

// Test files share no state, so that each worker imports the modules once.
export default defineConfig({
  test: { ...withServer, isolate: false, maxWorkers: 2, exclude: [...configDefaults.exclude, pattern], sequence }
})
