/** Handles the commands of a process, by the command handler of an aggregate, and gives their outcomes. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import * as DecodeError from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import { reasonOf } from "@refold/core/internal/event/Reason"
import type { PendingCommand } from "@refold/core/internal/process/PendingWork"
import * as AppendError from "@refold/core/journal/AppendError"
import type { Outcome } from "@refold/core/process/ProcessEvent"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as CommandHandler from "../decide/CommandHandler.ts"
import { DeciderFault } from "../decide/DeciderFault.ts"
import { Refused } from "../decide/internal/Refused.ts"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStore } from "../log/EventStore.ts"
import { EventStoreError, OutcomeUnknown } from "../log/EventStoreError.ts"
import * as AsyncHandler from "../log/internal/AsyncHandler.ts"
import { ProcessKeyTaken } from "../log/ProcessKeyTaken.ts"

/** Handles the commands that processes send to one category. */
export interface ProcessHandler<R = never> {
  readonly category: string
  /** Handles a command, and gives its outcome. Fails if the outcome is unknown or another attempt may succeed. */
  readonly handle: (
    command: PendingCommand,
    options: CommandHandler.HandleOptions
  ) => Effect.Effect<CommandOutcome, RetryableFailure, R>
}

/**
 * The outcome of a command; giving it up is for operators. `storedEvents`, false by default, is whether the command stored events
 * under its idempotency key. Otherwise the runner records the outcome under that key, so that a late copy of the command stores
 * nothing.
 */
export type CommandOutcome = Exclude<Outcome, { readonly _tag: "GivenUp" }> & {
  readonly storedEvents?: boolean | undefined
}

/**
 * Failures after which the runner repeats a command without a limit: the store failed, it is not known whether the events
 * were stored, the handler had a version conflict in each of its retries, or the code is too old for the events of the stream:
 * newer code handles the command.
 */
export type RetryableFailure =
  | EventStoreError
  | OutcomeUnknown
  | AppendError.VersionConflict
  | DecodeError.NewerSchemaVersion
  | DecodeError.UnknownEventType

/** The services that handling a command needs. */
export type Services = EventStore | EventReader | SnapshotStore

/** A function that handles commands, such as `CommandHandler.make` returns, or an async function. */
export type Handle<Command, E, R> = (
  id: string,
  command: Command,
  options: CommandHandler.HandleOptions & AsyncHandler.HandlerContext
) => AsyncHandler.Handling<E, R>

/** Handles commands for an aggregate, by a `CommandHandler` with its defaults. */
export const of = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
): ProcessHandler<Services> => withHandler(aggregate, CommandHandler.make(aggregate))

/**
 * Handles commands for an aggregate by a handler of your own, for example one with inline projections or middleware. The
 * handler must pass the options on: they hold the idempotency key, which only the fiber that dispatches the command, and
 * fibers that it forks, may use. After its `EventStoreError`, `OutcomeUnknown`, `VersionConflict`, `NewerSchemaVersion` or
 * `UnknownEventType` the command is repeated; with any other error of the library its outcome is `CommandFailed`; all other
 * failures are refusals of the domain, `CommandRefused`.
 *
 * The handler may be an async function, such as a handler of a Promise store. If it throws `Refused`, that is a refusal; the
 * errors of the library are handled as above; after any other error the command is attempted again, as after a defect.
 */
export const withHandler = <Command, E = never, R = never>(
  { category, commands }: Pick<Aggregate<Command, never, Tagged, never>, "category" | "commands">,
  handle: Handle<Command, E, R>
): ProcessHandler<R> => ({
  category,
  handle: Effect.fnUntraced(function*({ command, id, schemaVersion = 1 }, options) {
    if (Option.isNone(commands)) return failed(`category "${category}" must define the schema of its commands`)
    const { decodeFrom, schemaVersion: latest } = commands.value
    if (schemaVersion > latest) return yield* isNewer({ category, schemaVersion, latest })
    const decoded = decodeFrom(command, schemaVersion)
    if (Result.isFailure(decoded)) return failed(reasonOf(decoded.failure.message))
    const handled = yield* Effect.result(
      AsyncHandler.call((context) => handle(id, decoded.success, { ...options, ...context }), failureOf)
    )
    if (Result.isSuccess(handled)) return { _tag: "Succeeded" as const, storedEvents: hasEvents(handled.success) }
    const { failure } = handled
    if (isRetryable(failure)) return yield* Effect.fail(failure)
    return permanentFailures.some((type) => failure instanceof type)
      ? failed(reasonOf(messageOf(failure)))
      : refused(failure)
  })
})

// A promise may be rejected with any value, also with a programming error.
const failureOf = (error: unknown): Effect.Effect<never, unknown> =>
  error instanceof Refused
    ? Effect.fail(error.refusal)
    : isRetryable(error) || permanentFailures.some((type) => error instanceof type)
    ? Effect.fail(error)
    : Effect.die(error)

// Newer code decided it. That code may run elsewhere, or again.
const isNewer = (
  { category, latest, schemaVersion }: Record<"latest" | "schemaVersion", number> & { readonly category: string }
): EventStoreError =>
  new EventStoreError({
    operation: `handle a command for category "${category}"`,
    cause: new Error(
      `the command has schema version ${schemaVersion}, and this code is older: its latest version is ${latest}. Run newer code`
    )
  })

const hasEvents = (handled: unknown): boolean =>
  typeof handled === "object" && handled !== null && "events" in handled && Array.isArray(handled.events) &&
  handled.events.length > 0

const isRetryable = (failure: unknown): failure is RetryableFailure =>
  failure instanceof EventStoreError || failure instanceof OutcomeUnknown ||
  failure instanceof AppendError.VersionConflict || failure instanceof DecodeError.NewerSchemaVersion ||
  failure instanceof DecodeError.UnknownEventType

// After these no retry can succeed. All other failures of a handler are refusals of the domain.
const permanentFailures = [
  InvalidInput,
  CommandInvalid,
  DeciderFault,
  ProcessKeyTaken,
  AppendError.IdempotencyConflict,
  AppendError.DuplicateEventId,
  DecodeError.UndecodableEvent,
  DecodeError.UnencodableEvent
]

const refused = (refusal: unknown): CommandOutcome => ({
  _tag: "Refused",
  // An error has its tag and its fields, but is not a plain object.
  refusal: Result.getOrElse(
    Json.storable(refusal instanceof Error ? fieldsOf(refusal) : refusal, "refusal", { within: levelsAroundRefusal }),
    () => reasonOf(messageOf(refusal))
  )
})

const fieldsOf = (error: Error): object => ({
  ..."_tag" in error ? {} : { message: error.message },
  ...Object.fromEntries(Object.entries(error))
})

// The place of a refusal is in an event of the instance: `{ trigger: { outcome: { refusal } } }`.
const levelsAroundRefusal = 3

const failed = (reason: string): CommandOutcome => ({ _tag: "Failed", reason })

const messageOf = (failure: unknown): unknown => failure instanceof Error ? failure.message : failure
