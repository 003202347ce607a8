/**
 * Given these events, when this command, then those events; or then those rows; or, when this event, then those commands:
 * examples of deciders, projections and processes, for any test runner.
 */
import type { Decider } from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { mismatch } from "./kit/internal/Mismatch.ts"
import * as ProcessSpec from "./process/internal/ProcessSpec.ts"
import * as RowSpec from "./project/internal/RowSpec.ts"

export type { Cause, ProcessSpec } from "./process/internal/ProcessSpec.ts"
export type { Happening, ProjectionSpec } from "./project/internal/RowSpec.ts"

/** A decider, waiting for what has happened so far. */
export interface Spec<Command, Event, Refusal> {
  /** After these events; none, or not to call it, is the initial state. */
  readonly given: (events: ReadonlyArray<Event>) => Spec<Command, Event, Refusal>
  /** This command is decided. */
  readonly when: (command: Command) => Expectation<Event, Refusal>
}

/** A decision, waiting to be compared: each function throws an assertion error that shows both sides where they differ. */
export interface Expectation<Event, Refusal> {
  /** It led to these events, in this order. */
  readonly then: (events: ReadonlyArray<Event>) => void
  /** It was refused like this. */
  readonly thenRefused: (refusal: Refusal) => void
  /** There was nothing to do. */
  readonly thenNothing: () => void
}

const forDecider = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
): Spec<Command, Event, Refusal> => from(decider, decider.initialState)

/** Examples of this decider. */
export { forDecider as for }

/** Examples of the rows of this projection. */
export const forProjection: typeof RowSpec.make = RowSpec.make

/** Examples of what this process does, or of this saga: it is one. */
export const forProcess: typeof ProcessSpec.make = ProcessSpec.make

const from = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  state: State
): Spec<Command, Event, Refusal> => ({
  given: (events) => from(decider, View.foldFrom(decider, state, events)),
  when: (command) => expectation(decider.decide(command, state))
})

const expectation = <Event, Refusal>(
  decision: Result.Result<ReadonlyArray<Event>, Refusal>
): Expectation<Event, Refusal> => ({
  // A Spec forgotten half-way and awaited calls this with a function, and fails: what else should it do?
  // oxlint-disable-next-line unicorn/no-thenable
  then: (events) => compare("the command led to other events", decision, Result.succeed(events)),
  thenRefused: (refusal) => compare("the command was not refused like this", decision, Result.fail(refusal)),
  thenNothing: () => compare("the command led to something", decision, Result.succeed([]))
})

const compare = (message: string, actual: Decision, expected: Decision): void => {
  if (!Equal.equals(actual, expected)) throw mismatch(message, { actual: shown(actual), expected: shown(expected) })
}

type Decision = Result.Result<ReadonlyArray<unknown>, unknown>

const shown = (decision: Decision): unknown =>
  Result.isSuccess(decision) ? decision.success : { refused: decision.failure }
