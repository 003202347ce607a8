/**
 * How thorough the properties of these tests are: Vitest runs this file before each test file. `REFOLD_RUNS` sets the
 * runs of a property, 2,000 by default. `REFOLD_SEED` repeats the values of a failure: fast-check prints its seed.
 */
import * as fc from "fast-check"

const wholeNumberOf = (name: string): number | undefined => {
  const value = process.env[name]
  if (value === undefined || value === "") return undefined
  if (!/^-?\d+$/.test(value)) throw new Error(`${name} must be a whole number, not "${value}"`)
  return Number(value)
}

const seed = wholeNumberOf("REFOLD_SEED")
fc.configureGlobal({ numRuns: wholeNumberOf("REFOLD_RUNS") ?? 2000, ...(seed === undefined ? {} : { seed }) })
