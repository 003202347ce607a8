/**
 * What the projector needs of anything that is to follow the log: a projection's rows are one kind, an adapter may
 * offer others, such as tables that handlers write.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { PoisonedEvent, StoredRow } from "@refold/core/project/ProjectionFold"
import type * as Effect from "effect/Effect"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import type { Batch, StoredProjection } from "../ReadModelStore.ts"

/** Follows the log, batch by batch; `R` are services that its folding needs. */
export interface ProjectionTarget<R = never> extends StoredProjection {
  /** Only events of these stored types. */
  readonly types: ReadonlyArray<string>
  /** Only events of streams in these categories. */
  readonly categories?: ReadonlyArray<string> | undefined
  /**
   * Folds events in order, except those of the `waiting` streams and those of a stream after a poisoned one. What it
   * does becomes real with the batch's transaction, or not at all.
   */
  readonly fold: (
    batch: Batch,
    events: ReadonlyArray<RecordedEvent>,
    waiting: ReadonlySet<StreamName>
  ) => Effect.Effect<Outcome, EventStoreError, R>
}

/** What folding came to. */
export interface Outcome {
  /** Rows to store and keys of rows to remove; none where the target writes by itself. */
  readonly rows: ReadonlyArray<StoredRow>
  readonly removed: ReadonlyArray<string>
  /** Whether rows in the store that are newer than these stay. */
  readonly keepsNewer: boolean
  /** The first poisoned event of each stream that has one. */
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  /** How many events were folded. */
  readonly folded: number
}
