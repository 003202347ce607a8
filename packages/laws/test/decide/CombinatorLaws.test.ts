import * as Decider from "@refold/core/decide/Decider"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Sample from "../../src/kit/internal/Sample.ts"
import * as Suite from "../../src/kit/Suite.ts"
import * as CombinatorProperties from "./CombinatorProperties.ts"

// A decider without terminal states, whose commands may lead to several events or to none.
const counter = Decider.make({
  initialState: 0,
  decide: (by: number, count: number): Result.Result<ReadonlyArray<"up" | "down">, { readonly tooHigh: number }> =>
    count + by > 5 ? Result.fail({ tooHigh: count + by }) : Result.succeed(
      Array.from({ length: Math.abs(by) }, () => by > 0 ? "up" : "down")
    ),
  evolve: (count: number, event: "up" | "down") => event === "up" ? count + 1 : count - 1
})

// A decider with a terminal state.
const switched = Decider.make({
  initialState: "on",
  decide: (command: "switch off" | "wait", state: string): Result.Result<ReadonlyArray<"switched off">, "is off"> =>
    state === "off" ? Result.fail("is off") : Result.succeed(command === "wait" ? [] : ["switched off"]),
  evolve: (): string => "off",
  isTerminal: (state) => state === "off"
})

Suite.pure("the combinators of the sample's decider", CombinatorProperties.properties(Sample.decider, Sample))
Suite.pure(
  "the combinators of a decider without terminal states",
  CombinatorProperties.properties(counter, { commands: fc.integer({ min: -3, max: 3 }) })
)
Suite.pure(
  "the combinators of a decider with a terminal state",
  CombinatorProperties.properties(switched, { commands: fc.constantFrom("switch off" as const, "wait" as const) })
)
