/** The functions that an adapter of an event store implements, and their errors. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Json } from "@refold/core/event/Json"
import type { StreamName } from "@refold/core/event/StreamName"
import type { AppendError, IdempotencyConflict } from "@refold/core/journal/AppendError"
import type { Appended, Commit, KeyLookUp } from "@refold/core/journal/Commit"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ReaderAdapter } from "../EventReader.ts"
import type { EventStoreError, OutcomeUnknown } from "../EventStoreError.ts"
import type { ProcessKeyTaken } from "../ProcessKeyTaken.ts"

/** The errors of a commit. Nothing was stored, except perhaps after `OutcomeUnknown`. */
export type CommitFailure = AppendError | ProcessKeyTaken | EventStoreError | OutcomeUnknown

/** The errors of looking up a commit by its key. */
export type FindAppendedFailure = IdempotencyConflict | ProcessKeyTaken | InvalidInput | EventStoreError

/** A row of a projection that is keyed by stream: the state of a stream of the commit, after the commit. */
export interface InlineRow {
  /**
   * The name, version and definition of the projection, as `RowsIdentity` has them. The row is not stored if the store has no
   * rows of this version and definition.
   */
  readonly projection: string
  readonly version: number
  readonly definition: string
  readonly stream: StreamName
  /** The encoded state. */
  readonly state: Json
}

/** The functions that an adapter implements; `context` makes the services from them. */
export interface Adapter extends ReaderAdapter {
  /**
   * Stores all writes and rows of a commit, or none. A write without events is a guard: it stores nothing, no row either,
   * and its stream must be as expected until the commit is stored. Joins the transaction of the caller, if the adapter has
   * transactions.
   */
  readonly commit: (commit: Commit, inline?: ReadonlyArray<InlineRow>) => Effect.Effect<Appended, CommitFailure>
  /**
   * The result of the commit under this key and fingerprint, marked `deduplicated`; None for a new key. Without a
   * fingerprint, the result of any commit with the key.
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
