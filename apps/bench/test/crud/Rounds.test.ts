import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as Rounds from "../../src/crud/Rounds.ts"
import * as Spread from "../../src/crud/Spread.ts"

it("each round begins with another thing, and each value is of its own thing", async () => {
  const order: Array<string> = []
  const values = await Effect.runPromise(
    Rounds.measure(["a", "b", "c"], 3, (thing, round) => Effect.sync(() => (order.push(thing), `${thing}${round}`)))
  )
  expect(order.join("")).toBe("abcbcacab")
  expect(values).toEqual([["a0", "a1", "a2"], ["b0", "b1", "b2"], ["c0", "c1", "c2"]])
})

it("a spread is the middle and the ends", () => {
  expect(Spread.of([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 })
  expect(Spread.of([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 })
})

it("ratios are of the same round", () => {
  expect(Spread.ratio([10, 200, 3], [5, 100, 1])).toEqual({ median: 2, min: 2, max: 3 })
})
