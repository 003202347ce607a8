/**
 * Records the outcome of a command in the stream of its instance, exactly once. A command that stored events has used its
 * idempotency key. The record of any other outcome uses that key itself, so that no copy of the command can store events
 * later, on any machine.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { reasonOf } from "@refold/core/internal/event/Reason"
import * as ProcessKey from "@refold/core/internal/journal/ProcessKey"
import { commandOf, type PendingCommand, type PendingWork } from "@refold/core/internal/process/PendingWork"
import { IdempotencyConflict } from "@refold/core/journal/AppendError"
import type { Process } from "@refold/core/process/Process"
import type { Outcome } from "@refold/core/process/ProcessEvent"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as State from "../../decide/State.ts"
import * as ProcessKeys from "../../log/internal/ProcessKeys.ts"
import { ProcessKeyTaken } from "../../log/ProcessKeyTaken.ts"
import type { CommandOutcome, RetryableFailure, Services } from "../ProcessHandler.ts"
import { asRetryable, type InstanceHandler } from "./InstanceHandler.ts"

/** A command and the instance that decided it. */
export interface Dispatched {
  readonly stream: string
  readonly instance: string
  readonly command: PendingCommand
}

/**
 * The id of a command: the id of the decision, and the command's place in it. The version alone would not be unique: if
 * the log goes back, it is used again for another decision.
 */
export const idOf = (stream: string, { index, sentAt, sentBy }: PendingCommand): string =>
  `${stream}#${sentAt}.${index}${sentBy === undefined ? "" : `@${sentBy}`}`

/** The idempotency key of a command. */
export const keyOf = (stream: string, command: PendingCommand): string => ProcessKey.of(idOf(stream, command))

/** Runs the dispatch of a command, records its outcome, and returns the work that the instance has after it. */
export const recordOutcomeOf = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  handle: InstanceHandler,
  dispatched: Dispatched,
  dispatch: Effect.Effect<CommandOutcome, RetryableFailure, R>
): Effect.Effect<PendingWork, RetryableFailure, R | Services> => {
  const dispatchAndRecord = Effect.flatMap(
    dispatch,
    ({ storedEvents = false, ...outcome }) => record(handle, dispatched, outcome, { useKey: !storedEvents })
  )
  const recorded = Effect.catchIf(dispatchAndRecord, isKeyUsed, () => recordUnlessKnown(process, handle, dispatched))
  // No copy of the command can store events under a key that another commit uses.
  const unlessTaken = Effect.catchIf(
    recorded,
    isKeyTaken,
    ({ message }) => record(handle, dispatched, { _tag: "Failed", reason: reasonOf(message) }, { useKey: false })
  )
  return Effect.mapError(unlessTaken, asRetryable)
}

/**
 * Records that a command is given up, unless its outcome is known by now; returns whether it is given up. After that no copy
 * of the command stores events. If one has stored events, the command has succeeded, and that is recorded.
 */
export const giveUp = <Event extends Tagged, State>(
  process: Process<Event, State>,
  handle: InstanceHandler,
  dispatched: Dispatched,
  reason: string
): Effect.Effect<boolean, RetryableFailure, Services> => {
  const outcome = { _tag: "GivenUp", reason } as const
  const giveUpNow = record(handle, dispatched, outcome, { useKey: true }).pipe(
    Effect.catchIf(isKeyTaken, () => record(handle, dispatched, outcome, { useKey: false })),
    Effect.as(true)
  )
  const recorded = Effect.flatMap(
    State.load(process.instances, dispatched.instance),
    ({ state: { pending } }) =>
      commandOf(pending, dispatched.command) === undefined
        ? Effect.succeed(false)
        : Effect.catchIf(giveUpNow, isKeyUsed, () => Effect.as(recordUnlessKnown(process, handle, dispatched), false))
  )
  return Effect.mapError(recorded, asRetryable)
}

// This command has used its key: by a record of the outcome, or by the events that a copy of the command stored.
const recordUnlessKnown = <Event extends Tagged, State>(
  process: Process<Event, State>,
  handle: InstanceHandler,
  dispatched: Dispatched
) =>
  Effect.flatMap(
    State.load(process.instances, dispatched.instance),
    ({ state: { pending } }) =>
      commandOf(pending, dispatched.command) === undefined
        ? Effect.succeed(pending)
        : record(handle, dispatched, { _tag: "Succeeded" }, { useKey: false })
  )

const record = Effect.fnUntraced(function*(
  handle: InstanceHandler,
  { command, instance, stream }: Dispatched,
  outcome: Outcome,
  { useKey }: { readonly useKey: boolean }
) {
  const key = keyOf(stream, command)
  const { correlationId, index, sentAt, sentBy } = command
  const decision = sentBy === undefined ? {} : { sentBy }
  const message = { _tag: "Answer", sentAt, index, ...decision, outcome, at: yield* DateTime.now } as const
  const metadata = { correlationId, causationId: idOf(stream, command) }
  const { state } = yield* handle(
    instance,
    message,
    useKey ? { metadata, idempotencyKey: key, keyNeverExpires: true } : { metadata }
  ).pipe(Effect.provideService(ProcessKeys.Dispatching, key))
  return state.pending
})

const isKeyTaken = (error: unknown): error is ProcessKeyTaken => error instanceof ProcessKeyTaken

const isKeyUsed = (error: unknown): error is IdempotencyConflict => error instanceof IdempotencyConflict
