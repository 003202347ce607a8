/** The port to a store of events. An adapter is this service; the laws of `@refold/laws` say what it must do. */
import type { AppendError, IdempotencyConflict } from "@refold/core/AppendError"
import type { Appended, Commit, FingerprintedKey, Idempotency, StreamWrite } from "@refold/core/Commit"
import * as ExpectedVersion from "@refold/core/ExpectedVersion"
import type { InvalidInput } from "@refold/core/InvalidInput"
import type { Position } from "@refold/core/Position"
import type { ReadAllOptions, ReadStreamOptions } from "@refold/core/ReadOptions"
import type { RecordedEvent } from "@refold/core/RecordedEvent"
import type { StreamName } from "@refold/core/StreamName"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { EventStoreError, OutcomeUnknown } from "./EventStoreError.ts"

/** Every way a commit can fail; only after `OutcomeUnknown` may something be stored. */
export type CommitFailure = AppendError | EventStoreError | OutcomeUnknown

/** Every way a read can fail. */
export type ReadFailure = InvalidInput | EventStoreError

/** What an append may say beside its events. */
export interface AppendOptions {
  /** `Any` by default. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  readonly idempotency?: Idempotency | undefined
}

/** What an adapter implements; `fromAdapter` makes the service of it. */
export interface Adapter {
  /** Stores all writes of a commit or none; joins the caller's transaction where the adapter has transactions. */
  readonly commit: (commit: Commit) => Effect.Effect<Appended, CommitFailure>
  /** The result of the commit that used this key with this fingerprint, marked `deduplicated`; None for a new key. */
  readonly findAppended: (
    idempotency: FingerprintedKey
  ) => Effect.Effect<Option.Option<Appended>, IdempotencyConflict | InvalidInput | EventStoreError>
  /** The events of one stream, in the order of their versions; empty for an unknown stream. */
  readonly readStream: (stream: StreamName, options?: ReadStreamOptions) => Stream.Stream<RecordedEvent, ReadFailure>
  /**
   * The events of all streams, in the order of their positions, up to those visible when the read starts. Misses no
   * event: none can later appear at a lower position than one that was read.
   */
  readonly readAll: (options?: ReadAllOptions) => Stream.Stream<RecordedEvent, ReadFailure>
  /** The position of the last event that `readAll` would give; 0 where there is none. */
  readonly head: Effect.Effect<Position, ReadFailure>
}

/** A store of events. */
export class EventStore extends Context.Service<
  EventStore,
  Adapter & {
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
    append: (stream, events, { expected = ExpectedVersion.Any, idempotency } = {}) =>
      adapter.commit({ writes: [{ stream, expected, events }], idempotency })
  })
