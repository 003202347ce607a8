/**
 * The checkpoint of a generation: the position up to which every event is in its rows, parked or discarded. Each batch
 * stores the next one together with its rows.
 */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { LogHead } from "../../log/LogHead.ts"
import type { Generation, NewerEvent, ParkedStream } from "../ReadModelStore.ts"

/** The progress of a partition of a generation after a batch. */
export interface Reached {
  readonly partition: number
  readonly generation: Generation
  readonly checkpoint: Position
  /** The head of the log as the batch's transaction saw it. */
  readonly head: LogHead
  /** The number of events that the batch folded. */
  readonly folded: number
  /** Whether the generation is the live one, or has just become it. */
  readonly isLive: boolean
  /** The event before which the batch stopped, because it is newer than the code. */
  readonly newer?: NewerEvent | undefined
  /** The event before which the batch stopped, because it failed: see `Outcome`. */
  readonly failed?: PoisonedEvent | undefined
  /** The streams that the batch has parked; none by default. */
  readonly parked?: ReadonlyArray<NewlyParked> | undefined
}

/** A stream that a batch parks. */
export type NewlyParked = Omit<ParkedStream, "parkedAt">

/** The checkpoint after these events: a batch that is not full has read everything up to its bound. */
export const next = (
  events: ReadonlyArray<RecordedEvent>,
  { after, bound, isFull }: { readonly after: Position; readonly bound: Position; readonly isFull: boolean }
): Position => {
  const last = events.at(-1)?.position ?? after
  return !isFull && bound > last ? bound : last
}

/** The rate in events per second, smoothed exponentially: the last batch counts 20 %. A batch takes at least 1 ms. */
export const rate = (before: number, folded: number, millis: number): number => {
  if (folded === 0) return before
  const now = folded * 1000 / Math.max(1, millis)
  return before === 0 ? now : 0.8 * before + 0.2 * now
}

const folded = Metric.counter("refold_projection_events", { description: "events folded into rows", incremental: true })
const position = Metric.gauge("refold_projection_position", { description: "the checkpoint of a generation" })

/** Updates the metrics `refold_projection_events` and `refold_projection_position`, of each partition if there are several. */
export const measure = (
  { checkpoint, folded: events, generation: { id, partitions, projection }, partition }: Reached
): Effect.Effect<void> => {
  const own = { projection, generation: String(id) }
  const attributes = partitions === 1 ? own : { ...own, partition: String(partition) }
  return Effect.andThen(
    Metric.update(Metric.withAttributes(folded, attributes), events),
    Metric.update(Metric.withAttributes(position, attributes), checkpoint)
  )
}
