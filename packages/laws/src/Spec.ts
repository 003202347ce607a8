/**
 * Examples of deciders (given events, when a command, then events), projections (given events, then rows) and processes
 * (given events, when an event, then commands). They throw assertion errors, so any test runner will do.
 */
import type { Decider } from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { assertionError } from "./kit/internal/AssertionError.ts"
import * as ProcessSpec from "./process/internal/ProcessSpec.ts"
import * as ProjectionSpec from "./project/internal/ProjectionSpec.ts"

export type { Cause, ProcessSpec } from "./process/internal/ProcessSpec.ts"
export type { EventContext as Happening, ProjectionSpec } from "./project/internal/ProjectionSpec.ts"

/** A decider and the events so far. */
export interface Spec<Command, Event, Refusal> {
  /** Adds events to the history. Without any, the decider is in its initial state. */
  readonly given: (events: ReadonlyArray<Event>) => Spec<Command, Event, Refusal>
  /** Decides a command in the state after these events. */
  readonly when: (command: Command) => Expectation<Event, Refusal>
}

/** A decision. Each expectation throws an assertion error with both sides if it does not hold. */
export interface Expectation<Event, Refusal> {
  /** Expects exactly these events, in this order. */
  readonly then: (events: ReadonlyArray<Event>) => void
  /** Expects this refusal. */
  readonly thenRefused: (refusal: Refusal) => void
  /** Expects no events and no refusal. */
  readonly thenNothing: () => void
}

const forDecider = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>
): Spec<Command, Event, Refusal> => from(decider, decider.initialState)

/** Starts an example of a decider: `Spec.for(decider).given([…]).when(command).then([…])`. */
export { forDecider as for }

/** Starts an example of a projection: `Spec.forProjection(projection).given(stream, […]).thenRow(key, state)`. */
export const forProjection: typeof ProjectionSpec.make = ProjectionSpec.make

/** Starts an example of a process or saga: `Spec.forProcess(process).when(stream, event).thenSends([…])`. */
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
  // Awaiting a Spec without an expectation calls `then` with a function, which fails as it should.
  // oxlint-disable-next-line unicorn/no-thenable
  then: (events) => compare("the events differ", decision, Result.succeed(events)),
  thenRefused: (refusal) => compare("the refusal differs", decision, Result.fail(refusal)),
  thenNothing: () => compare("the command was not without effect", decision, Result.succeed([]))
})

const compare = (message: string, actual: Decision, expected: Decision): void => {
  if (!Equal.equals(actual, expected))
    throw assertionError(message, { actual: shown(actual), expected: shown(expected) })
}

type Decision = Result.Result<ReadonlyArray<unknown>, unknown>

const shown = (decision: Decision): unknown =>
  Result.isSuccess(decision) ? decision.success : { refused: decision.failure }
