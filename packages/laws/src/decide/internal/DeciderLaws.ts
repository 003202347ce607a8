/** What every decider promises. */
import type { Decider } from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as Result from "effect/Result"
import * as Recode from "../../event/internal/Recode.ts"
import * as Law from "../../kit/Law.ts"
import * as Decisions from "./Decisions.ts"

/** The same commands, twice. A decider that looks at a clock, a counter or chance is found out. */
export const decidingIsDeterministic = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>>("deciding is deterministic", (commands) => ({
    left: Decisions.answers(decider, commands),
    right: Decisions.answers(decider, commands)
  }))

/** What a handler knows after it has decided is what it will load. */
export const decidedEventsFold = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  codec: Recode.Codec<Event>
) =>
  Law.make<ReadonlyArray<Command>>("decided events encode, decode and fold to the state decided on", (commands) => {
    const stored = Decisions.events(Decisions.answers(decider, commands)).map((event) => Recode.recode(codec, event))
    return {
      left: Result.map(Result.all(stored), (events) => View.fold(decider, events)),
      right: Result.succeed(Decisions.states(decider, commands).at(-1))
    }
  })

/** It refuses, or there is nothing to do. Every command meets every terminal state that the others lead to. */
export const terminalDecidesNothing = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
) =>
  Law.make<ReadonlyArray<Command>>("a terminal state decides nothing", (commands) => {
    const terminal = Decisions.states(decider, commands).filter(decider.isTerminal)
    const decisions = terminal.flatMap((state) => commands.map((command) => decider.decide(command, state)))
    return { left: decisions.flatMap(Result.getOrElse((): ReadonlyArray<Event> => [])), right: [] }
  })
