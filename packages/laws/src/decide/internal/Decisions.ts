/** Runs commands through a decider, one after the other, without a store. */
import type { Decider } from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as Result from "effect/Result"

/** The result of one command. `version` is the number of events so far. */
interface Answer<State, Event> {
  readonly events: ReadonlyArray<Event>
  readonly state: State
  readonly version: number
}

/** The answer to each command, or its refusal. */
export type Answers<State, Event, Refusal> = ReadonlyArray<Result.Result<Answer<State, Event>, Refusal>>

/** Decides the commands in order, from the initial state. */
export const answers = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  commands: ReadonlyArray<Command>
): Answers<State, Event, Refusal> => {
  let state = decider.initialState
  let version = 0
  return commands.map((command) =>
    Result.map(decider.decide(command, state), (events) => {
      state = View.foldFrom(decider, state, events)
      version += events.length
      return { events, state, version }
    })
  )
}

/** All events of these answers. */
export const events = <State, Event, Refusal>(answers: Answers<State, Event, Refusal>): ReadonlyArray<Event> =>
  answers.flatMap((answer) => Result.isSuccess(answer) ? answer.success.events : [])

/** The states after each accepted command, beginning with the initial state. */
export const states = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  commands: ReadonlyArray<Command>
): ReadonlyArray<State> => [
  decider.initialState,
  ...answers(decider, commands).flatMap((answer) => Result.isSuccess(answer) ? [answer.success.state] : [])
]
