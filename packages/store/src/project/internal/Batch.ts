/** A batch: the reads and writes of a partition's owner in one transaction. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import type * as Effect from "effect/Effect"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import type { LogHead } from "../../log/LogHead.ts"
import type { Addition, DiscardedEvent, NewerEvent, ParkedStream, Partition } from "./Generation.ts"

/** Rows to store and to remove. */
export interface RowChanges {
  readonly rows: ReadonlyArray<StoredRow>
  /** Keys of rows to remove. */
  readonly removed: ReadonlyArray<string>
  /** Whether a stored row stays if its version is not lower: command handlers write rows of inline projections, too. */
  readonly keepsNewer: boolean
}

/** The changes of a batch, stored all or not at all. */
export interface Changes extends RowChanges {
  readonly parked: ReadonlyArray<Omit<ParkedStream, "parkedAt">>
  readonly unparked: ReadonlyArray<StreamName>
  readonly checkpoint: Position
  readonly rate: number
  /** The event at which the batch stopped, because it is newer than the code. */
  readonly newer?: NewerEvent | undefined
}

/** A partition of a generation, locked by its one owner until the end of the transaction. */
export interface Batch extends Partition {
  /** The head of the log that this transaction saw after it locked the generation. */
  readonly head: LogHead
  /** The head of the log as this transaction sees it now. */
  readonly readHead: Effect.Effect<LogHead, EventStoreError>
  /** The existing rows with these keys. */
  readonly rows: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<StoredRow>, EventStoreError>
  /** The parked ones of these streams. */
  readonly parked: (streams: ReadonlyArray<StreamName>) => Effect.Effect<ReadonlyArray<ParkedStream>, EventStoreError>
  /** The positions of discarded events in `(after, upTo]`. */
  readonly discarded: (after: Position, upTo: Position) => Effect.Effect<ReadonlyArray<Position>, EventStoreError>
  /** Stores rows before `save` does: an event may change more rows than one statement should have. */
  readonly writeRows: (changes: RowChanges) => Effect.Effect<void, EventStoreError>
  /**
   * Runs an effect outside of the transaction. Undefined if it would wait for the end of the transaction, because the database
   * has one session.
   */
  readonly outside: (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) | undefined
  /** Runs an effect, and undoes what it has written if it fails. */
  readonly undoOnFailure: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | EventStoreError, R>
  /** Stores changes and the new checkpoint. */
  readonly save: (changes: Changes) => Effect.Effect<void, EventStoreError>
  /** Records discarded events. */
  readonly discard: (
    events: ReadonlyArray<Omit<DiscardedEvent, "discardedAt">>
  ) => Effect.Effect<void, EventStoreError>
  /** Stores the progress of an addition of event types. */
  readonly add: (addition: Addition) => Effect.Effect<void, EventStoreError>
  /** Replaces the definition of the partition, and ends the addition. */
  readonly redefine: (definition: string) => Effect.Effect<void, EventStoreError>
  /**
   * Makes a building generation the live one and retires the former one, in one step for all readers; called by the owner of all
   * its partitions. Returns false if the live one has a higher checkpoint in any partition, or a higher version.
   */
  readonly promote: Effect.Effect<boolean, EventStoreError>
}
