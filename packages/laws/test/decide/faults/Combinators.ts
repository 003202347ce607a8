/** Combinators of deciders with one fault each. */
import * as DeciderCombinators from "@refold/core/decide/DeciderCombinators"
import * as Result from "effect/Result"
import type { Combinators } from "../CombinatorLaws.ts"

export const dropsEventsOfTheRight: Combinators = {
  ...DeciderCombinators,
  compose: (one, other) => {
    const composed = DeciderCombinators.compose(one, other)
    return { ...composed, evolve: (states, event) => event._tag === "Right" ? states : composed.evolve(states, event) }
  }
}

export const isTerminalWithTheRight: Combinators = {
  ...DeciderCombinators,
  compose: (one, other) => ({
    ...DeciderCombinators.compose(one, other),
    isTerminal: ([, right]) => other.isTerminal(right)
  })
}

export const resetsTheLeft: Combinators = {
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
