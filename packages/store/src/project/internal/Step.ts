/**
 * One step of a projection along the log: a batch of events, its rows and its checkpoint, in one transaction of the
 * generation's one owner.
 */
import type * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as AsOf from "@refold/core/journal/AsOf"
import type { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { type Batch, type Generation, ReadModelStore, type UpdateOptions } from "../ReadModelStore.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** How far a step may go. */
export interface StepOptions extends UpdateOptions {
  /** The last event to look at. */
  readonly head: Position.Position
  /** Only events that count as of then. */
  readonly asOf?: AsOf.AsOfLog | undefined
  /** The most events of one batch. */
  readonly batchSize: number
  /** How often this batch has been tried, this time included. */
  readonly attempt: number
  /** A poisoned event that fails so often is parked. */
  readonly attempts: number
}

/** Where a step ended. */
export interface Stepped {
  readonly generation: Generation
  readonly checkpoint: Position.Position
  /** How many events it folded. */
  readonly folded: number
  /** Whether the generation is the live one, or became it. */
  readonly isLive: boolean
}

/** The batch holds poisoned events, which have not been tried often enough to be parked; nothing of it is stored. */
export class TryAgain extends Data.TaggedError("TryAgain")<{ readonly poisoned: ReadonlyArray<PoisonedEvent> }> {}

/** Takes a step; None where the generation has another owner, or is over. */
export const step = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: StepOptions
): Effect.fn.Return<Option.Option<Stepped>, TryAgain | ReadFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  return yield* store.update(generation, (batch) => fold(target, batch, options), options)
})

const fold = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  options: StepOptions
): Effect.fn.Return<Stepped, TryAgain | ReadFailure, EventReader | R> {
  const { generation } = batch
  const folded = yield* foldFrom(target, batch, generation.checkpoint, options)
  if (generation.status !== "Building" || folded.checkpoint < options.head) {
    return { ...folded, generation, isLive: generation.status === "Live" }
  }
  if (yield* batch.promote) return { ...folded, generation, isLive: true }
  // The live one was quicker, and always might be. It cannot go on while this transaction asks for its place: what it
  // has more is folded at once.
  const head = yield* (yield* EventReader).head
  const rest = yield* foldFrom(target, batch, folded.checkpoint, { ...options, head })
  const isLive = rest.checkpoint >= head && (yield* batch.promote)
  return { generation, checkpoint: rest.checkpoint, folded: folded.folded + rest.folded, isLive }
})

const foldFrom = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  after: Position.Position,
  { asOf, attempt, attempts, batchSize, head }: StepOptions
): Effect.fn.Return<Pick<Stepped, "checkpoint" | "folded">, TryAgain | ReadFailure, EventReader | R> {
  const { rate } = batch.generation
  const started = yield* Clock.currentTimeMillis
  const events = yield* readBatch(target, after, { asOf, batchSize, head })
  const last = events.at(-1)?.position ?? after
  // As of an instant, a batch may go beyond the head: newer events may have come.
  const checkpoint = events.length < batchSize ? max(head, last) : last
  const left = yield* withoutDiscarded(batch, events, after, checkpoint)
  const parked = yield* batch.parked([...new Set(left.map(({ stream }) => stream))])
  const outcome = yield* target.fold(batch, left, new Set(parked.map(({ stream }) => stream)))
  if (outcome.poisoned.length > 0 && attempt < attempts) return yield* new TryAgain(outcome)
  if (checkpoint > after) {
    const seconds = Math.max(1, (yield* Clock.currentTimeMillis) - started) / 1000
    yield* batch.save({
      ...outcome,
      parked: outcome.poisoned.map((poisoned) => ({ ...placeOf(poisoned), attempts: attempt })),
      unparked: [],
      checkpoint,
      rate: outcome.folded === 0 ? rate : smooth(rate, outcome.folded / seconds)
    })
  }
  return { checkpoint, folded: outcome.folded }
})

const readBatch = Effect.fnUntraced(function*(
  { categories, types }: Pick<ProjectionTarget, "types" | "categories">,
  after: Position.Position,
  { asOf, batchSize, head }: Pick<StepOptions, "asOf" | "batchSize" | "head">
): Effect.fn.Return<ReadonlyArray<RecordedEvent>, ReadFailure, EventReader> {
  if (after >= head) return []
  const reader = yield* EventReader
  const read = reader.readAll({
    after,
    asOf: asOf ?? AsOf.position(head),
    types,
    categories,
    limit: batchSize
  })
  return yield* Stream.runCollect(read)
})

const withoutDiscarded = Effect.fnUntraced(function*(
  batch: Batch,
  events: ReadonlyArray<RecordedEvent>,
  after: Position.Position,
  upTo: Position.Position
) {
  const discarded = new Set(yield* batch.discarded(after, upTo))
  return events.filter(({ position }) => !discarded.has(position))
})

/** What is kept of a poisoned event. */
export const placeOf = ({ position, reason, stage, stream, type, version }: PoisonedEvent) => ({
  stream,
  version,
  position,
  type,
  stage,
  reason
})

// Old batches count for less and less.
const smooth = (before: number, now: number): number => before === 0 ? now : 0.8 * before + 0.2 * now

const max = (one: Position.Position, two: Position.Position): Position.Position => one > two ? one : two
