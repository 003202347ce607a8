/** How the commands of a process are handled: by an aggregate's handler, which says what became of each. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import * as DecodeError from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import { reasonOf } from "@refold/core/internal/event/Reason"
import type { PendingCommand } from "@refold/core/internal/process/Agenda"
import * as AppendError from "@refold/core/journal/AppendError"
import type { Outcome } from "@refold/core/process/ProcessEvent"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as CommandHandler from "../decide/CommandHandler.ts"
import { DeciderFault } from "../decide/DeciderFault.ts"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStore } from "../log/EventStore.ts"
import { EventStoreError, OutcomeUnknown } from "../log/EventStoreError.ts"

/** Handles the commands of processes for one category. */
export interface ProcessHandler<R = never> {
  readonly category: string
  /** What became of a command. Fails where that is not known, or where another try may end otherwise. */
  readonly handle: (
    command: PendingCommand,
    options: CommandHandler.HandleOptions
  ) => Effect.Effect<Answer, Unsettled, R>
}

/**
 * What became of a command. Where it is not known that it had an effect, the runner makes sure that no copy of it can have
 * one later.
 */
export type Answer = Outcome & { readonly hadEffect?: boolean | undefined }

/** The store did not answer, or others were faster all the time. */
export type Unsettled = EventStoreError | OutcomeUnknown | AppendError.VersionConflict

/** What handling a command takes. */
export type Services = EventStore | EventReader | SnapshotStore

/** A function as `CommandHandler.make` gives them. */
export type Handle<Command, E, R> = (
  id: string,
  command: Command,
  options: CommandHandler.HandleOptions
) => Effect.Effect<unknown, E, R>

/** Handles commands for this aggregate. */
export const of = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>
): ProcessHandler<Services> => to(aggregate, CommandHandler.make(aggregate))

/**
 * Handles commands for this aggregate by a handler of your own: one with inline projections, say, or middleware. It must
 * pass the options on. `EventStoreError`, `OutcomeUnknown` and `VersionConflict` are tried again; what else the library
 * fails with is given up as `CommandFailed`; any other failure is a refusal.
 */
export const to = <Command, E, R>(
  { category, commands }: Pick<Aggregate<Command, never, Tagged, never>, "category" | "commands">,
  handle: Handle<Command, E, R>
): ProcessHandler<R> => ({
  category,
  handle: Effect.fnUntraced(function*({ command, id }, options) {
    const decoded = Option.map(commands, ({ decode }) => decode(command))
    if (Option.isNone(decoded)) return failed("the aggregate does not say what its commands look like")
    if (Result.isFailure(decoded.value)) return failed(reasonOf(decoded.value.failure.message))
    const handled = yield* Effect.result(handle(id, decoded.value.success, options))
    if (Result.isSuccess(handled)) return { _tag: "Succeeded" as const, hadEffect: hadEffect(handled.success) }
    const { failure } = handled
    if (isUnsettled(failure)) return yield* Effect.fail(failure)
    return faults.some((fault) => failure instanceof fault) ? failed(reasonOf(messageOf(failure))) : refused(failure)
  })
})

// Events that were stored have used the command's key up.
const hadEffect = (handled: unknown): boolean =>
  typeof handled === "object" && handled !== null && "events" in handled && Array.isArray(handled.events) &&
  handled.events.length > 0

const isUnsettled = (failure: unknown): failure is Unsettled =>
  failure instanceof EventStoreError || failure instanceof OutcomeUnknown ||
  failure instanceof AppendError.VersionConflict

// Everything else that a handler fails with is a domain's own no.
const faults = [
  InvalidInput,
  CommandInvalid,
  DeciderFault,
  AppendError.IdempotencyConflict,
  AppendError.DuplicateEventId,
  DecodeError.UnknownEventType,
  DecodeError.NewerSchemaVersion,
  DecodeError.UndecodableEvent,
  DecodeError.UnencodableEvent
]

const refused = (refusal: unknown): Outcome => ({
  _tag: "Refused",
  // Errors hold their tag and their fields, but are no plain objects.
  refusal: Result.getOrElse(
    Json.storable(refusal instanceof Error ? fieldsOf(refusal) : refusal, "refusal", { within: levelsAroundRefusal }),
    () => reasonOf(messageOf(refusal))
  )
})

const fieldsOf = (error: Error): object => ({
  ..."_tag" in error ? {} : { message: error.message },
  ...Object.fromEntries(Object.entries(error))
})

// The deepest place of a refusal is in the row of a parked instance: `{ agenda: { waiting: [{ outcome: { refusal } }] } }`.
const levelsAroundRefusal = 5

const failed = (reason: string): Outcome => ({ _tag: "Failed", reason })

const messageOf = (failure: unknown): unknown => failure instanceof Error ? failure.message : failure
