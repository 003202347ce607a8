/**
 * Projects one batch of events. Its rows, its parked streams and the next checkpoint are stored in one transaction, which
 * only the owner of the generation can open.
 */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { reasonOf } from "@refold/core/internal/event/Reason"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import * as AsOf from "@refold/core/journal/AsOf"
import { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import type { UnreadableEvent } from "../../log/EventStoreError.ts"
import * as Polling from "../../log/internal/Polling.ts"
import type { LogHead } from "../../log/LogHead.ts"
import { type Batch, ReadModelStore, type UpdateOptions } from "../ReadModelStore.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as ParkingPolicy from "./ParkingPolicy.ts"
import type { FoldLimits, ProjectionTarget } from "./ProjectionTarget.ts"

/** Which events a batch reads, and which attempt this is. */
export interface BatchOptions extends UpdateOptions, FoldLimits, Pick<ParkingPolicy.ParkingPolicy, "attempts"> {
  /** The last position to read; lower if the batch's own transaction sees a lower head. */
  readonly head: LogHead
  /** Only events that count as of this point. */
  readonly asOf?: AsOf.AsOfLog | undefined
  /** The maximum number of events. */
  readonly batchSize: number
  /** The attempt at this batch, from 1. */
  readonly attempt: number
  /** An event that an earlier attempt could not read: its stream is parked. */
  readonly unreadable?: UnreadableEvent | undefined
}

/** The batch has poisoned events and is to be tried again. Nothing of it was stored. */
export class RetryBatch extends Data.TaggedError("RetryBatch")<{ readonly poisoned: ReadonlyArray<PoisonedEvent> }> {}

/**
 * Projects a batch. None if another owner has the generation, or it no longer exists. Where the log goes back, ids of
 * generations come again: one that is remembered may be another projection's.
 */
export const projectBatch = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: BatchOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, RetryBatch | ReadFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const run = (batch: Batch) => {
    const { projection, version } = batch.generation
    if (projection !== target.name || version !== target.version) return Effect.succeedNone
    const projected = Effect.asSome(project(target, batch, options))
    if (batch.generation.checkpoint >= options.head.position) return projected
    const attributes = { projection: target.name, generation }
    return Polling.work(Effect.withSpan(projected, "refold.projection.batch", { attributes }))
  }
  return Option.flatten(yield* Polling.untraced(store.update(generation, run, options)))
})

// A generation that is building becomes the live one as soon as it is at the head.
const project = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  options: BatchOptions
): Effect.fn.Return<Checkpoint.Reached, RetryBatch | ReadFailure, EventReader | R> {
  const { generation, head } = batch
  // Never beyond what this transaction sees: the log that gave the other head may have lost its last events since.
  const bound = lower(options.head.position, head.position)
  const first = yield* foldAfter(target, batch, generation.checkpoint, { ...options, bound })
  if (generation.status !== "Building" || first.checkpoint < options.head.position) {
    return { ...first, generation, head, isLive: generation.status === "Live" }
  }
  if (yield* batch.promote) return { ...first, generation, head, isLive: true }
  // The live generation is ahead, and could stay ahead. It is blocked while this transaction asks for its place, so the
  // events that it has in addition are folded now.
  const now = yield* batch.readHead
  const rest = yield* foldAfter(target, batch, first.checkpoint, { ...options, bound: now.position })
  const isLive = rest.checkpoint >= now.position && (yield* batch.promote)
  return { generation, checkpoint: rest.checkpoint, head: now, folded: first.folded + rest.folded, isLive }
})

const lower = (one: Position, two: Position): Position => one < two ? one : two

interface FoldOptions extends BatchOptions {
  /** The last position to read, as this transaction sees the log. */
  readonly bound: Position
}

const foldAfter = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  after: Position,
  options: FoldOptions
): Effect.fn.Return<Pick<Checkpoint.Reached, "checkpoint" | "folded">, RetryBatch | ReadFailure, EventReader | R> {
  const started = yield* Clock.currentTimeMillis
  const { events, isFull, unreadable } = yield* readBatch(target, batch, after, options)
  const end = unreadable?.position ?? Checkpoint.next(events, { ...options, after, isFull })
  const discarded = new Set(yield* batch.discarded(after, end))
  const kept = events.filter(({ position }) => !discarded.has(position))
  const met = unreadable === undefined || discarded.has(unreadable.position) ? [] : [unreadable]
  const streams = [...kept, ...met].map(({ stream }) => stream)
  const waiting = new Set((yield* batch.parked([...new Set(streams)])).map(({ stream }) => stream))
  const folded = yield* target.fold(batch, kept, waiting, options)
  const { covered = kept.length } = folded
  // An event that cannot be read is the last one: not met by a batch that ends before it.
  const isCut = covered < kept.length
  const checkpoint = isCut ? kept[covered - 1]!.position : end
  const isWaiting = ({ stream }: UnreadableEvent) =>
    isCut || waiting.has(stream) || folded.poisoned.some((one) => one.stream === stream)
  const poisoned = met.filter((event) => !isWaiting(event)).map((event) => poison(target, event))
  const outcome = { ...folded, poisoned: [...folded.poisoned, ...poisoned] }
  if (outcome.poisoned.length > 0 && ParkingPolicy.isRetried(options, options.attempt)) {
    return yield* new RetryBatch(outcome)
  }
  if (checkpoint > after) {
    yield* batch.save({
      ...outcome,
      parked: outcome.poisoned.map((poisoned) => ParkingPolicy.park(poisoned, options.attempt)),
      unparked: [],
      checkpoint,
      rate: Checkpoint.rate(batch.generation.rate, outcome.folded, (yield* Clock.currentTimeMillis) - started)
    })
  }
  return { checkpoint, folded: outcome.folded }
})

// A batch also ends with the event with which it has so many bytes of data.
const maxBytes = 16 * 1024 * 1024

const poison = (
  { name }: Pick<ProjectionTarget, "name">,
  { position, reason, stream, type, version }: UnreadableEvent
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage: "Event", reason: reasonOf(reason) })

interface ReadBatch {
  readonly events: ReadonlyArray<RecordedEvent>
  /** The event after these, if it cannot be read. */
  readonly unreadable?: UnreadableEvent | undefined
  /** Whether there may be more events up to the head. */
  readonly isFull: boolean
}

const readBatch = Effect.fnUntraced(function*(
  { categories, types }: Pick<ProjectionTarget, "types" | "categories">,
  { head: { instance } }: Batch,
  after: Position,
  { asOf, batchSize, bound, unreadable }: Pick<FoldOptions, "asOf" | "batchSize" | "bound" | "unreadable">
): Effect.fn.Return<ReadBatch, ReadFailure, EventReader> {
  if (after >= bound) return { events: [], isFull: false }
  // A read that meets an event that cannot be read may close the connection of the transaction: it ends before.
  const next = unreadable !== undefined && unreadable.position > after ? unreadable : undefined
  const last = next === undefined ? bound : lower(bound, Position(next.position - 1))
  const reader = yield* EventReader
  const upTo = asOf === undefined || asOf._tag === "Position" ? AsOf.position(last) : asOf
  let bytes = 0
  const read = yield* reader.readAll({ after, asOf: upTo, types, categories, limit: batchSize, instance }).pipe(
    Stream.takeUntil(({ data }) => (bytes += storedLength(data)) >= maxBytes),
    Stream.runCollect
  )
  // As of an instant, a read ends at the head of that moment.
  const events = upTo._tag === "Position" ? read : read.filter(({ position }) => position <= last)
  const isFull = (read.length >= batchSize || bytes >= maxBytes) && events.length === read.length
  return { events, isFull, unreadable: isFull || last === bound ? undefined : next }
})
