/*
 * Runs before each test file: sets the seed of the run and the number of inputs (`REFOLD_RUNS`) for properties, and prints the
 * seed when a test fails.
 */
import * as fc from "fast-check"
import { beforeEach } from "vitest"
import { seed } from "../packages/postgres/test/support/Seed.ts"

const runs = Number(process.env["REFOLD_RUNS"])
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed, ...(runs > 0 ? { numRuns: runs } : {}) })

beforeEach(({ onTestFailed }) => {
  onTestFailed(({ task }) => {
    process.stderr.write(`"${task.name}" failed with REFOLD_SEED=${seed}: the same seed gives the same random inputs\n`)
  })
})
