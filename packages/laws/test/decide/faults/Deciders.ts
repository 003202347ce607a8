/** Views and deciders with one fault each. */
import type { View } from "@refold/core/decide/View"
import * as Result from "effect/Result"
import * as Sample from "../../../src/kit/internal/Sample.ts"

let calls = 0

export const countsItsCalls: View<number, Sample.Event> = { initialState: 0, evolve: () => ++calls }

export const mutatesItsState: View<{ coins: number }, Sample.Event> = {
  initialState: { coins: 0 },
  evolve: (state) => {
    state.coins += 1
    return state
  }
}

type SampleDecider = typeof Sample.decider

export const refusesAtRandom: SampleDecider = {
  ...Sample.decider,
  decide: (command, state) =>
    ++calls % 3 === 0 ? Result.fail({ _tag: "IsSealed" }) : Sample.decider.decide(command, state)
}

export const decidesInTerminalStates: SampleDecider = {
  ...Sample.decider,
  decide: (command, state) => Sample.decider.decide(command, { ...state, _tag: "Open" })
}
