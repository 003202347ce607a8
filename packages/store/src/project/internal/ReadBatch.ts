/** Reads the events of a batch, without the discarded ones. */
import { Position } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure, type ReadLogOptions } from "../../log/EventReader.ts"
import type { UnreadableEvent } from "../../log/EventStoreError.ts"
import { isIdentity, WireTransform } from "../../log/WireTransform.ts"
import type { Batch, Partition } from "../ReadModelStore.ts"
import type { BatchOptions } from "./BatchOptions.ts"
import * as Checkpoint from "./Checkpoint.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** The events to read. */
export interface ReadOptions extends Pick<BatchOptions, "asOf" | "batchSize" | "unreadable"> {
  /** The stored types and the categories; all categories by default. */
  readonly types: ReadonlyArray<string>
  /** The columns that the target needs; all by default. */
  readonly columns?: ReadonlyArray<Column> | undefined
  readonly categories?: ReadonlyArray<string> | undefined
  readonly after: Position
  /** The last position to read. */
  readonly bound: Position
}

/** The events of a batch. */
export interface ReadBatch {
  readonly events: ReadonlyArray<RecordedEvent>
  /** The event after these, if it cannot be read. */
  readonly unreadable: UnreadableEvent | undefined
  /** The position up to which they are all requested events. */
  readonly end: Position
}

// A batch also ends with the event with which it reaches this number of bytes of data.
const maxBytes = 16 * 1024 * 1024

/** Reads the next events for a partition of a generation. */
export const readBatch = Effect.fnUntraced(function*(
  target: Pick<ProjectionTarget, "partitionedBy">,
  batch: Batch,
  options: ReadOptions
): Effect.fn.Return<ReadBatch, ReadFailure, EventReader> {
  const { after } = options
  const { events, isFull, unreadable } = yield* readAfter(batch, { ...options, partition: readFilter(target, batch) })
  const end = unreadable?.position ?? Checkpoint.next(events, { ...options, isFull })
  const discarded = new Set(yield* batch.discarded(after, end))
  return {
    events: events.filter(({ position }) => !discarded.has(position)),
    unreadable: unreadable === undefined || discarded.has(unreadable.position) ? undefined : unreadable,
    end
  }
})

/** The events to read for a partition: by stream, or all if only the code of the consumer can compute their partition. */
export const readFilter = (
  { partitionedBy }: Pick<ProjectionTarget, "partitionedBy">,
  { generation: { partitions }, partition }: Partition
): ReadLogOptions["partition"] =>
  partitionedBy === "stream" && partitions > 1 ? { number: partition, of: partitions } : undefined

interface ReadAfter extends Pick<ReadBatch, "events"> {
  readonly unreadable?: UnreadableEvent | undefined
  /** Whether there may be more events up to the bound. */
  readonly isFull: boolean
}

const readAfter = Effect.fnUntraced(function*(
  { head: { instance } }: Batch,
  { after, asOf, batchSize, bound, categories, partition, types, unreadable, ...options }:
    & ReadOptions
    & Pick<ReadLogOptions, "partition">
): Effect.fn.Return<ReadAfter, ReadFailure, EventReader> {
  if (after >= bound) return { events: [], isFull: false }
  // A read that reaches an unreadable event may close the connection of the transaction: it ends before that event.
  const next = unreadable !== undefined && unreadable.position > after ? unreadable : undefined
  const last = next === undefined || next.position > bound ? bound : Position(next.position - 1)
  const reader = yield* EventReader
  const upTo = asOf === undefined || asOf._tag === "Position" ? AsOf.position(last) : asOf
  const columns = isIdentity(yield* WireTransform) ? options.columns : undefined
  let bytes = 0
  const read = yield* reader.readAll({
    after,
    asOf: upTo,
    types,
    categories,
    columns,
    limit: batchSize,
    instance,
    partition
  })
    .pipe(
      Stream.takeUntil(({ data }) => (bytes += storedLength(data)) >= maxBytes),
      Stream.runCollect
    )
  // As of an instant, a read ends at the head of that moment.
  const events = upTo._tag === "Position" ? read : read.filter(({ position }) => position <= last)
  const isFull = (read.length >= batchSize || bytes >= maxBytes) && events.length === read.length
  return { events, isFull, unreadable: isFull || last === bound ? undefined : next }
})
