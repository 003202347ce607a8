import { expect, it } from "vitest"
import * as Rounds from "../../src/speed/Rounds.ts"
import { Missing } from "../../src/speed/Task.ts"

const cell = (name: string, log: Array<string>, measure: (round: number) => number = (round) => round) => ({
  prepare: async () => void log.push(`${name} is prepared`),
  measure: async (round: number) => {
    log.push(`${name}${round}`)
    return measure(round)
  }
})

it("cells are measured by turns, in another order in each round, and the first round does not count", async () => {
  const log: Array<string> = []
  const outcomes = await Rounds.measure([cell("a", log), cell("b", log)], 2)
  expect(log).toEqual(["a is prepared", "b is prepared", "a0", "b0", "b1", "a1", "a2", "b2"])
  expect(outcomes).toEqual([{ values: [1, 2] }, { values: [1, 2] }])
})

it("a group that need not warm up has no round before the first", async () => {
  const log: Array<string> = []
  await Rounds.measure([cell("a", log)], 1, false)
  expect(log).toEqual(["a is prepared", "a1"])
})

it("a cell that fails in one round is measured no further and is reported as failed; the other cells continue", async () => {
  const log: Array<string> = []
  const broken = cell("b", log, (round) => {
    if (round === 2) throw new Error("no disk")
    return round
  })
  const [a, b] = await Rounds.measure([cell("a", log), broken], 3)
  expect(a).toEqual({ values: [1, 2, 3] })
  expect(b).toEqual({ values: [1, undefined, undefined], failed: "no disk" })
  expect(log).not.toContain("b3")
})

it("a cell that cannot be prepared is not measured; one without the part reports the missing part", async () => {
  const log: Array<string> = []
  const refuse = (error: Error) => ({ ...cell("x", log), prepare: () => Promise.reject(error) })
  const outcomes = await Rounds.measure([refuse(new Error("no table")), refuse(new Missing("has no snapshots"))], 1)
  expect(outcomes).toEqual([
    { values: [undefined], failed: "no table" },
    { values: [undefined], missing: "has no snapshots" }
  ])
  expect(log).toEqual([])
})
