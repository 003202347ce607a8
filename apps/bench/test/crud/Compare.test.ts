import { expect, it } from "vitest"
import { type Findings, isAsExpected } from "../../src/crud/Compare.ts"

const drift = { expected: 10, actual: 10, wrong: 0, lost: 0, made: 0 }
const spread = { median: 1, min: 1, max: 1 }

const found = (name: string, wrong: number): Pick<Findings, "byHand" | "loads"> => ({
  byHand: [
    { name: "open", defence: "none", expected: 2, actual: 1 },
    { name: "safe", defence: "the second one waits", expected: 2, actual: 2 }
  ],
  loads: [{
    accounts: 1,
    operations: 1,
    clients: 1,
    written: [{ name, perSecond: spread, ratio: spread, done: 1, refused: 0, drift: { ...drift, wrong } }]
  }]
})

it("only books without a defence may lose money", () => {
  expect(isAsExpected(found("open", 1))).toBe(true)
  expect(isAsExpected(found("safe", 0))).toBe(true)
  expect(isAsExpected(found("safe", 1))).toBe(false)
  const [open, safe] = found("safe", 0).byHand
  expect(isAsExpected({ byHand: [open!, { ...safe!, actual: 1 }], loads: [] })).toBe(false)
})
