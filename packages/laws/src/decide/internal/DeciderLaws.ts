/** The laws of deciders. */
import type { Decider } from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as Result from "effect/Result"
import * as Recode from "../../event/internal/Recode.ts"
import * as ShuffleKeys from "../../kit/internal/ShuffleKeys.ts"
import * as Law from "../../kit/Law.ts"
import * as Decisions from "./Decisions.ts"

/** Decides the same commands twice. A decider that reads a clock, a counter or a random number breaks the law. */
export const decidingIsDeterministic = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>>("deciding is deterministic", (commands) => ({
    left: Decisions.answers(decider, commands),
    right: Decisions.answers(decider, commands)
  }))

/** The state that a handler keeps after deciding is the state that it will load. */
export const decidedEventsFold = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  codec: Recode.Codec<Event>
) =>
  Law.make<ReadonlyArray<Command>>("decided events, encoded and decoded, fold to the same state", (commands) => {
    const stored = Decisions.events(Decisions.answers(decider, commands)).map((event) => Recode.recode(codec, event))
    return {
      left: Result.map(Result.all(stored), (events) => View.fold(decider, events)),
      right: Result.succeed(Decisions.states(decider, commands).at(-1))
    }
  })

/** It refuses, or decides no events. Tries every command on every terminal state that the commands lead to. */
export const terminalDecidesNothing = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>>("no command leads to events in a terminal state", (commands) => {
    const terminal = Decisions.states(decider, commands).filter(decider.isTerminal)
    const decisions = terminal.flatMap((state) => commands.map((command) => decider.decide(command, state)))
    return { left: decisions.flatMap(Result.getOrElse((): ReadonlyArray<Event> => [])), right: [] }
  })

/**
 * Decides on states and folds events whose keys are in another order. A decider that takes the first key of an object
 * decides differently on a state from a snapshot than on a cached one.
 */
export const keyOrderMeansNothing = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
) =>
  Law.make<readonly [ReadonlyArray<Command>, number]>(
    "the order of keys in events and states does not change a decision",
    ([commands, seed]) => {
      const shuffle = ShuffleKeys.make(seed)
      const shuffled: typeof decider = {
        ...decider,
        decide: (command, state) => decider.decide(command, shuffle(state)),
        evolve: (state, event) => decider.evolve(shuffle(state), shuffle(event))
      }
      return { left: Decisions.answers(shuffled, commands), right: Decisions.answers(decider, commands) }
    }
  )
