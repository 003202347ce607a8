/** The port for appending to an event store. An adapter provides it; the laws of `@refold/laws` specify it. */
import type { EventId } from "@refold/core/event/EventId"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Json } from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { AppendError, IdempotencyConflict } from "@refold/core/journal/AppendError"
import type { Appended, Commit, Idempotency, KeyLookUp } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReaderAdapter } from "./EventReader.ts"
import type { EventStoreError, OutcomeUnknown } from "./EventStoreError.ts"
import * as ProcessKeys from "./internal/ProcessKeys.ts"
import * as Subscription from "./internal/Subscription.ts"
import type { ProcessKeyTaken } from "./ProcessKeyTaken.ts"

/** The errors of a commit. Nothing was stored, except perhaps after `OutcomeUnknown`. */
export type CommitFailure = AppendError | ProcessKeyTaken | EventStoreError | OutcomeUnknown

/** The errors of looking up a commit by its key. */
export type FindAppendedFailure = IdempotencyConflict | ProcessKeyTaken | InvalidInput | EventStoreError

/** The options of an append. */
export interface AppendOptions {
  /** `Any` by default. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  /** The id of the stream's last event, as the writer knows it; only beside `Exact` of version 1 or more. */
  readonly lastEventId?: EventId | undefined
  readonly idempotency?: Idempotency | undefined
  /** Rows of inline projections to store together with the events. */
  readonly inline?: ReadonlyArray<InlineRow> | undefined
}

/** A row of a projection that is keyed by stream: the state of a stream of the commit, after the commit. */
export interface InlineRow {
  /** The name and version of the projection. The row is not stored if the store has no rows of this version. */
  readonly projection: string
  readonly version: number
  readonly stream: StreamName
  /** The encoded state. */
  readonly state: Json
}

/** What an adapter implements; `context` makes the services from it. */
export interface Adapter extends ReaderAdapter {
  /**
   * Stores all writes and rows of a commit, or none. A write without events is a guard: it stores nothing, no row either,
   * and its stream must be as expected until the commit is stored. Joins the transaction of the caller, if the adapter has
   * transactions.
   */
  readonly commit: (commit: Commit, inline?: ReadonlyArray<InlineRow>) => Effect.Effect<Appended, CommitFailure>
  /**
   * The result of the commit under this key and fingerprint, marked `deduplicated`; None for a new key. Without a
   * fingerprint, that of whichever commit has the key.
   */
  readonly findAppended: (idempotency: KeyLookUp) => Effect.Effect<Option.Option<Appended>, FindAppendedFailure>
  /**
   * Deletes the idempotency keys that were first used before an instant of the store's clock, except those that never
   * expire, and returns their number. A deleted key is new again. Does not block appends.
   */
  readonly forgetKeys: (before: DateTime.Utc) => Effect.Effect<number, InvalidInput | EventStoreError>
  /** Whether the caller is inside a transaction, which may be rolled back. */
  readonly inTransaction: Effect.Effect<boolean>
}

/** An event store. */
export class EventStore extends Context.Service<
  EventStore,
  & EventReader["Service"]
  & Adapter
  & {
    /** Appends events to one stream, all or none. */
    readonly append: (
      stream: StreamName,
      events: NonEmptyReadonlyArray<NewEvent>,
      options?: AppendOptions
    ) => Effect.Effect<Appended, CommitFailure>
  }
>()("@refold/store/EventStore") {}

/** The event store service of an adapter. Only the runner of a process reaches keys of processes through it. */
export const fromAdapter = (unguarded: Adapter): EventStore["Service"] => {
  const adapter = ProcessKeys.guard(unguarded)
  return EventStore.of({
    ...adapter,
    head: Effect.map(adapter.logHead, ({ position }) => position),
    heads: Stream.changes(Stream.map(adapter.logHeads, ({ position }) => position)),
    ...Subscription.make(adapter),
    append: (stream, events, { expected = ExpectedVersion.Any, idempotency, inline, lastEventId } = {}) =>
      adapter.commit({ writes: [{ stream, expected, lastEventId, events }], idempotency }, inline)
  })
}

/** The services of an adapter: `EventStore`, and `EventReader` for the same store. */
export const context = (adapter: Adapter): Context.Context<EventStore | EventReader> => {
  const store = fromAdapter(adapter)
  const { append: _, commit: _c, findAppended: _f, forgetKeys: _k, inTransaction: _t, ...reader } = store
  return Context.make(EventStore, store).pipe(Context.add(EventReader, EventReader.of(reader)))
}
