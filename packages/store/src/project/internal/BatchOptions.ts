/** The options of a batch, and the failure that requests another attempt. */
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import type * as AsOf from "@refold/core/journal/AsOf"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type { UnreadableEvent } from "../../log/EventStoreError.ts"
import type { LogHead } from "../../log/LogHead.ts"
import type { UpdateOptions } from "../ReadModelStore.ts"
import type * as ParkingPolicy from "./ParkingPolicy.ts"
import type { FoldLimits } from "./ProjectionTarget.ts"

/** The partition of all attempts at a batch: set by the first attempt. */
export interface Claim {
  partition: number | undefined
}

/** The events that a batch reads, and the number of the attempt. */
export interface BatchOptions
  extends Pick<UpdateOptions, "wait" | "except">, FoldLimits, Pick<ParkingPolicy.ParkingPolicy, "attempts">
{
  /** The last position to read; lower if the batch's own transaction sees a lower head. */
  readonly head: LogHead
  /** Only events at or before this point. */
  readonly asOf?: AsOf.AsOfLog | undefined
  /** Whether a generation that is building becomes live at the head; true by default. */
  readonly promotes?: boolean | undefined
  /** The maximum number of events. */
  readonly batchSize: number
  readonly claim: Claim
  /** The attempt at this batch, from 1. */
  readonly attempt: number
  /** An event that an earlier attempt could not read: its stream is parked. */
  readonly unreadable?: UnreadableEvent | undefined
}

/** The batch has poisoned events and is tried again. Nothing of it was stored. */
export class RetryBatch extends TaggedError("RetryBatch")<{ readonly poisoned: ReadonlyArray<PoisonedEvent> }> {}
