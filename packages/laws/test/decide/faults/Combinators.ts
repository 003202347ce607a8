/** Functions that combine deciders, with one fault each. */
import * as Decider from "@refold/core/decide/Decider"
import * as Result from "effect/Result"
import type { Combinators } from "../../../src/decide/internal/CombinatorLaws.ts"

export const dropsEventsOfTheRight: Combinators = {
  ...Decider,
  compose: (one, other) => {
    const composed = Decider.compose(one, other)
    return { ...composed, evolve: (states, event) => event._tag === "Right" ? states : composed.evolve(states, event) }
  }
}

export const isTerminalWithTheRight: Combinators = {
  ...Decider,
  compose: (one, other) => ({ ...Decider.compose(one, other), isTerminal: ([, right]) => other.isTerminal(right) })
}

export const resetsTheLeft: Combinators = {
  ...Decider,
  compose: (one, other) => {
    const composed = Decider.compose(one, other)
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
  ...Decider,
  many: (decider) => {
    const many = Decider.many(decider)
    return {
      ...many,
      evolve: (states, event) =>
        many.evolve(event.id === "b" ? many.evolve(states, { ...event, id: "a" }) : states, event)
    }
  }
}

export const adaptsOneEventOnly: Combinators = {
  ...Decider,
  adapt: (decider, vocabulary) => {
    const adapted = Decider.adapt(decider, vocabulary)
    return {
      ...adapted,
      decide: (command, state) => Result.map(adapted.decide(command, state), (events) => events.slice(0, 1))
    }
  }
}
