/** Views, deciders, codecs and ways to combine deciders, with one fault each. */
import * as DeciderCombinators from "@refold/core/decide/DeciderCombinators"
import type { View } from "@refold/core/decide/View"
import type { EventCodec } from "@refold/core/event/EventCodec"
import * as Result from "effect/Result"
import * as Sample from "../../src/kit/internal/Sample.ts"
import type { Combinators } from "../decide/CombinatorLaws.ts"

let calls = 0

export const countsItsCalls: View<number, Sample.Event> = { initialState: 0, evolve: () => ++calls }

export const changesItsState: View<{ coins: number }, Sample.Event> = {
  initialState: { coins: 0 },
  evolve: (state) => {
    state.coins += 1
    return state
  }
}

type SampleDecider = typeof Sample.decider

export const refusesByChance: SampleDecider = {
  ...Sample.decider,
  decide: (command, state) =>
    ++calls % 3 === 0 ? Result.fail({ _tag: "IsSealed" }) : Sample.decider.decide(command, state)
}

export const goesOnAfterTheEnd: SampleDecider = {
  ...Sample.decider,
  decide: (command, state) => Sample.decider.decide(command, { ...state, _tag: "Open" })
}

type SampleCodec = EventCodec<Sample.Event>

export const losesNotes: SampleCodec = {
  ...Sample.codec,
  encode: (event) =>
    Sample.codec.encode(event._tag === "CoinsAdded" ? { ...event, notes: event.notes.slice(0, 1) } : event)
}

export const promisesAFormerName: SampleCodec = {
  ...Sample.codec,
  storedTypes: (types) => [...Sample.codec.storedTypes(types), "CoinsPutIn"]
}

export const upcastsNotesToNothing: SampleCodec = {
  ...Sample.codec,
  decode: (stored) =>
    Result.map(
      Sample.codec.decode(stored),
      (event) => event._tag === "CoinsAdded" && stored.schemaVersion === 2 ? { ...event, notes: [] } : event
    )
}

export const dropsEventsOfTheRight: Combinators = {
  ...DeciderCombinators,
  compose: (one, other) => {
    const composed = DeciderCombinators.compose(one, other)
    return { ...composed, evolve: (states, event) => event._tag === "Right" ? states : composed.evolve(states, event) }
  }
}

export const endsWithTheRight: Combinators = {
  ...DeciderCombinators,
  compose: (one, other) => ({
    ...DeciderCombinators.compose(one, other),
    isTerminal: ([, right]) => other.isTerminal(right)
  })
}

export const startsTheLeftAnew: Combinators = {
  ...DeciderCombinators,
  compose: (one, other) => {
    const composed = DeciderCombinators.compose(one, other)
    return {
      ...composed,
      evolve: (states, event) => {
        const [left, right] = composed.evolve(states, event)
        return event._tag === "Right" ? [one.initialState, right] : [left, right]
      }
    }
  }
}

export const changesTwoInstances: Combinators = {
  ...DeciderCombinators,
  many: (decider) => {
    const many = DeciderCombinators.many(decider)
    return {
      ...many,
      evolve: (states, event) =>
        many.evolve(event.id === "b" ? many.evolve(states, { ...event, id: "a" }) : states, event)
    }
  }
}

export const adaptsOneEventOnly: Combinators = {
  ...DeciderCombinators,
  adapt: (decider, vocabulary) => {
    const adapted = DeciderCombinators.adapt(decider, vocabulary)
    return {
      ...adapted,
      decide: (command, state) => Result.map(adapted.decide(command, state), (events) => events.slice(0, 1))
    }
  }
}
