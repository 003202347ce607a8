/**
 * A target of the projector: rows of a projection, or another target of an adapter, such as tables that your own
 * handlers write.
 */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import type { Position } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import type { Batch, NewerEvent, RowChanges, StoredProjection } from "../ReadModelStore.ts"
import type { ParkingPolicy } from "./ParkingPolicy.ts"

/** A target of the projector; `R` are the services that `fold` needs. */
export interface ProjectionTarget<R = never> extends StoredProjection {
  /** Only events of these stored types. */
  readonly types: ReadonlyArray<string>
  /** The columns that `checkVersion` and `fold` need of the events, their positions included; all by default. */
  readonly columns?: ReadonlyArray<Column> | undefined
  /** Only events of streams in these categories. */
  readonly categories?: ReadonlyArray<string> | undefined
  /** Fails for an event that only newer code can fold: see `EventCodec.checkVersion`. */
  readonly checkVersion: (event: RecordedEvent) => Result.Result<void, NewerSchemaVersion>
  /** Whether parked streams can be retried in any order. Otherwise rows may depend on the order of events of several streams. */
  readonly isKeyedByStream: boolean
  /**
   * The position after which a new generation begins instead of at the first event, given the head of the log: it is live from then
   * on. Added event types begin there, too.
   */
  readonly startAfter?: ((head: Position) => Position) | undefined
  /** Whether an interrupted batch ends with the current event and is stored, instead of being undone. */
  readonly isDrained?: boolean | undefined
  /**
   * Folds events in order, except those of `waiting` (parked) streams and those after a poisoned event of their stream.
   * Its writes are part of the batch's transaction. May end early, after at least one event.
   */
  readonly fold: (
    batch: Batch,
    events: ReadonlyArray<RecordedEvent>,
    waiting: ReadonlySet<StreamName>,
    limits: FoldLimits & Pick<ParkingPolicy, "attempts">
  ) => Effect.Effect<Outcome, EventStoreError, R>
}

/** The limit of rows in memory. */
export interface FoldLimits {
  /**
   * The maximum number of rows that a batch changes; 10,000 by default. An event that changes more is a batch of its own,
   * whose rows are folded and written in parts of this size, in one transaction.
   */
  readonly batchRows: number
}

/** The result of folding a batch. Its rows are those that the target has not written itself. */
export interface Outcome extends RowChanges {
  /** The number of given events that it covers, folded or not; the others are left to the next batch. All by default. */
  readonly covered?: number | undefined
  /** The first poisoned event of each stream that has one. */
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  /** The failed event before which it stopped: the next batch begins with it, as its second attempt. */
  readonly failed?: PoisonedEvent | undefined
  /** The number of events folded. */
  readonly folded: number
  /** The event before which the fold stopped, because newer code must fold it: nothing of it or after it was written. */
  readonly newer?: NewerEvent | undefined
}
