/*
 * Runs before each test file: properties take the seed of the run, and a test that fails says which seed that is.
 */
import * as fc from "fast-check"
import { beforeEach } from "vitest"
import { seed } from "../packages/postgres/test/support/Seed.ts"

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => {
    process.stderr.write(`"${task.name}" failed with REFOLD_SEED=${seed}: the same seed gives the same random inputs\n`)
  })
})
