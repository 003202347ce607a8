import * as Result from "effect/Result"
import * as Decider from "../../src/decide/Decider.ts"

// A door that opens, closes and can be bricked up for good.
export type Command = "open" | "close" | "brick up"
export type Event = "opened" | "closed" | "bricked up"
export type State = "open" | "closed" | "gone"
export interface Refusal {
  readonly no: string
}

export const door: Decider.Decider<Command, State, Event, Refusal> = {
  initialState: "closed",
  decide: (command, state) => {
    if (state === "gone") return Result.fail({ no: `cannot ${command} a wall` })
    if (command === "brick up") return Result.succeed(state === "open" ? ["closed", "bricked up"] : ["bricked up"])
    if (command === "open") return Result.succeed(state === "open" ? [] : ["opened"])
    return Result.succeed(state === "closed" ? [] : ["closed"])
  },
  evolve: (_, event) => ({ opened: "open", closed: "closed", "bricked up": "gone" } as const)[event],
  isTerminal: (state) => state === "gone"
}

// A counter that has nothing in common with a door.
export const counter = Decider.make({
  initialState: 0,
  decide: (by: number, state: number): Result.Result<ReadonlyArray<{ readonly by: number }>, "too much"> =>
    state + by > 3 ? Result.fail("too much") : Result.succeed([{ by }]),
  evolve: (state: number, { by }: { readonly by: number }) => state + by,
  isTerminal: (state) => state === 3
})
