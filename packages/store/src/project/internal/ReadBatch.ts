/** Reads the events of a batch, without the discarded ones. */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import type { UnreadableEvent } from "../../log/EventStoreError.ts"
import type { Batch } from "../ReadModelStore.ts"
import * as Checkpoint from "./Checkpoint.ts"

/** The events to read. */
export interface ReadOptions {
  /** The stored types and the categories; all categories by default. */
  readonly types: ReadonlyArray<string>
  readonly categories?: ReadonlyArray<string> | undefined
  readonly after: Position
  /** The last position to read. */
  readonly bound: Position
  /** Only events that count as of this point. */
  readonly asOf?: AsOf.AsOfLog | undefined
  /** The maximum number of events. */
  readonly batchSize: number
  /** An event that cannot be read. A read that meets it may close the connection of the transaction, so it ends before. */
  readonly unreadable?: UnreadableEvent | undefined
}

/** The events of a batch. */
export interface ReadBatch {
  readonly events: ReadonlyArray<RecordedEvent>
  /** The position up to which they are all events that were asked for. */
  readonly checkpoint: Position
  /** The last event up to there, if it cannot be read. */
  readonly unreadable?: UnreadableEvent | undefined
}

// A batch also ends with the event with which it has so many bytes of data.
const maxBytes = 16 * 1024 * 1024

/** Reads the next events for a generation. */
export const readBatch = Effect.fnUntraced(function*(
  batch: Batch,
  options: ReadOptions
): Effect.fn.Return<ReadBatch, ReadFailure, EventReader> {
  const { after, bound } = options
  const next = options.unreadable !== undefined && options.unreadable.position > after ? options.unreadable : undefined
  const last = next !== undefined && next.position <= bound ? Position(next.position - 1) : bound
  const { events, isFull } = yield* readAfter(batch, { ...options, bound: last })
  const isMet = next !== undefined && last < bound && !isFull
  const checkpoint = isMet ? next.position : Checkpoint.next(events, { after, bound: last, isFull })
  const discarded = new Set(yield* batch.discarded(after, checkpoint))
  return {
    events: events.filter(({ position }) => !discarded.has(position)),
    checkpoint,
    unreadable: isMet && !discarded.has(next.position) ? next : undefined
  }
})

const readAfter = Effect.fnUntraced(function*(
  { head: { instance } }: Batch,
  { after, asOf, batchSize, bound, categories, types }: ReadOptions
): Effect.fn.Return<
  { readonly events: ReadonlyArray<RecordedEvent>; readonly isFull: boolean },
  ReadFailure,
  EventReader
> {
  if (after >= bound) return { events: [], isFull: false }
  const reader = yield* EventReader
  const upTo = asOf === undefined || asOf._tag === "Position" ? AsOf.position(bound) : asOf
  let bytes = 0
  const read = yield* reader.readAll({ after, asOf: upTo, types, categories, limit: batchSize, instance }).pipe(
    Stream.takeUntil(({ data }) => (bytes += storedLength(data)) >= maxBytes),
    Stream.runCollect
  )
  // As of an instant, a read ends at the head of that moment.
  const events = upTo._tag === "Position" ? read : read.filter(({ position }) => position <= bound)
  // There may be more events up to the bound.
  const isFull = read.length >= batchSize || bytes >= maxBytes
  return { events, isFull: isFull && events.length === read.length }
})
