/** The port to a store of events. An adapter is this service; the laws of `@refold/laws` say what it must do. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Json } from "@refold/core/event/Json"
import type { StreamName } from "@refold/core/event/StreamName"
import type { AppendError, IdempotencyConflict } from "@refold/core/journal/AppendError"
import type { Appended, Commit, FingerprintedKey, Idempotency, StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { EventReader, type ReaderAdapter } from "./EventReader.ts"
import type { EventStoreError, OutcomeUnknown } from "./EventStoreError.ts"
import * as Subscribe from "./internal/Subscribe.ts"

/** Every way a commit can fail; only after `OutcomeUnknown` may something be stored. */
export type CommitFailure = AppendError | EventStoreError | OutcomeUnknown

/** What an append may say beside its events. */
export interface AppendOptions {
  /** `Any` by default. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  readonly idempotency?: Idempotency | undefined
  /** Rows of inline projections to store together with the events. */
  readonly inline?: ReadonlyArray<InlineRow> | undefined
}

/** The row of a stream, one of those written by a commit, in a projection keyed by stream: its state just after it. */
export interface InlineRow {
  /** The projection's name and version; where no rows of that version are kept, nothing is stored. */
  readonly projection: string
  readonly version: number
  readonly stream: StreamName
  /** The encoded state. */
  readonly state: Json
}

/** What an adapter implements; `context` makes the services of it. */
export interface Adapter extends ReaderAdapter {
  /**
   * Stores all writes of a commit or none; joins the caller's transaction where the adapter has transactions. Rows of
   * inline projections are stored with the events, or not at all.
   */
  readonly commit: (commit: Commit, inline?: ReadonlyArray<InlineRow>) => Effect.Effect<Appended, CommitFailure>
  /** The result of the commit that used this key with this fingerprint, marked `deduplicated`; None for a new key. */
  readonly findAppended: (
    idempotency: FingerprintedKey
  ) => Effect.Effect<Option.Option<Appended>, IdempotencyConflict | InvalidInput | EventStoreError>
  /**
   * Forgets idempotency keys that were first used before an instant of the store's clock, but none that never expires,
   * and says how many. One that was forgotten is new again. Holds up nobody who appends, however many there are.
   */
  readonly forgetKeys: (before: DateTime.Utc) => Effect.Effect<number, InvalidInput | EventStoreError>
  /** Whether the caller has a transaction open: what is read and stored in there may never have been. */
  readonly inTransaction: Effect.Effect<boolean>
}

/** A store of events. */
export class EventStore extends Context.Service<
  EventStore,
  & EventReader["Service"]
  & Adapter
  & {
    /** Stores events of one stream, all or none. */
    readonly append: (
      stream: StreamName,
      events: StreamWrite["events"],
      options?: AppendOptions
    ) => Effect.Effect<Appended, CommitFailure>
  }
>()("@refold/store/EventStore") {}

/** The service of an adapter. */
export const fromAdapter = (adapter: Adapter): EventStore["Service"] =>
  EventStore.of({
    ...adapter,
    ...Subscribe.make(adapter),
    append: (stream, events, { expected = ExpectedVersion.Any, idempotency, inline } = {}) =>
      adapter.commit({ writes: [{ stream, expected, events }], idempotency }, inline)
  })

/** The services of an adapter: the store, and the same store for those who only read it. */
export const context = (adapter: Adapter): Context.Context<EventStore | EventReader> => {
  const store = fromAdapter(adapter)
  const { append: _, commit: _c, findAppended: _f, forgetKeys: _k, inTransaction: _t, ...reader } = store
  return Context.make(EventStore, store).pipe(Context.add(EventReader, EventReader.of(reader)))
}
