/**
 * Projects one batch of events. Its rows, its parked streams and the next checkpoint are stored in one transaction, which
 * only the owner of the generation can open.
 */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import * as AsOf from "@refold/core/journal/AsOf"
import type { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
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
}

/** The batch has poisoned events and is to be tried again. Nothing of it was stored. */
export class RetryBatch extends Data.TaggedError("RetryBatch")<{ readonly poisoned: ReadonlyArray<PoisonedEvent> }> {}

/** Projects a batch. None if another owner has the generation, or it no longer exists. */
export const projectBatch = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: BatchOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, RetryBatch | ReadFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const run = (batch: Batch) => {
    const projected = project(target, batch, options)
    if (batch.generation.checkpoint >= options.head.position) return projected
    const attributes = { projection: target.name, generation }
    return Polling.work(Effect.withSpan(projected, "refold.projection.batch", { attributes }))
  }
  return yield* Polling.untraced(store.update(generation, run, options))
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
  const { events, isFull } = yield* readBatch(target, batch, after, options)
  const end = Checkpoint.next(events, { ...options, after, isFull })
  const kept = yield* withoutDiscarded(batch, events, after, end)
  const parked = yield* batch.parked([...new Set(kept.map(({ stream }) => stream))])
  const outcome = yield* target.fold(batch, kept, new Set(parked.map(({ stream }) => stream)), options)
  const { covered = kept.length } = outcome
  const checkpoint = covered < kept.length ? kept[covered - 1]!.position : end
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

interface ReadBatch {
  readonly events: ReadonlyArray<RecordedEvent>
  /** Whether there may be more events up to the head. */
  readonly isFull: boolean
}

const readBatch = Effect.fnUntraced(function*(
  { categories, types }: Pick<ProjectionTarget, "types" | "categories">,
  { head: { instance } }: Batch,
  after: Position,
  { asOf, batchSize, bound }: Pick<FoldOptions, "asOf" | "batchSize" | "bound">
): Effect.fn.Return<ReadBatch, ReadFailure, EventReader> {
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
  const isFull = read.length >= batchSize || bytes >= maxBytes
  return { events, isFull: isFull && events.length === read.length }
})

const withoutDiscarded = Effect.fnUntraced(function*(
  batch: Batch,
  events: ReadonlyArray<RecordedEvent>,
  after: Position,
  upTo: Position
) {
  const discarded = new Set(yield* batch.discarded(after, upTo))
  return events.filter(({ position }) => !discarded.has(position))
})
