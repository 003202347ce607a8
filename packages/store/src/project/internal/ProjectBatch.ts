/**
 * Projects one batch of events. Its rows, its parked streams and the next checkpoint are stored in one transaction, which
 * only the owner of the generation can open.
 */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import * as Polling from "../../log/internal/Polling.ts"
import type { DefinitionMismatch } from "../ProjectionError.ts"
import { type Batch, ReadModelStore } from "../ReadModelStore.ts"
import { addTypes } from "./AddTypes.ts"
import type { BatchOptions, RetryBatch } from "./BatchOptions.ts"
import * as Checkpoint from "./Checkpoint.ts"
import { foldEvents } from "./FoldEvents.ts"
import * as GenerationChoice from "./GenerationChoice.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { readBatch } from "./ReadBatch.ts"

/** The errors of a batch that is not tried again. */
export type BatchFailure = DefinitionMismatch | ReadFailure

/**
 * Projects a batch. None if another owner has the generation, or it no longer exists. Where the log goes back, ids of
 * generations come again: one that is remembered may be another projection's. Stops before an event that is newer than the
 * code. Code of a process with more event types than its generation reads the added ones first.
 */
export const projectBatch = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: BatchOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, RetryBatch | BatchFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const run = (batch: Batch) => {
    const { checkpoint, projection, version } = batch.generation
    if (projection !== target.name || version !== target.version) return Effect.succeedNone
    const isAddition = GenerationChoice.isAddition(target, batch.generation)
    const projected = Effect.andThen(
      Effect.fromResult(GenerationChoice.checkDefinition(target, batch.generation)),
      Effect.asSome(isAddition ? addTypes(target, batch, options) : project(target, batch, options))
    )
    if (!isAddition && checkpoint >= options.head.position) return projected
    const attributes = { projection: target.name, generation }
    return Polling.work(Effect.withSpan(projected, "refold.projection.batch", { attributes }))
  }
  const updating = store.update(generation, run, options)
  // A wait for another owner can be interrupted: nothing is in hand then.
  const isDrained = target.isDrained === true && options.wait !== true
  return Option.flatten(yield* Polling.untraced(isDrained ? Effect.uninterruptible(updating) : updating))
})

// A generation that is building becomes the live one as soon as it is at the head.
const project = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  options: BatchOptions
): Effect.fn.Return<Checkpoint.Reached, RetryBatch | ReadFailure, EventReader | R> {
  const { generation, head } = batch
  if (generation.status === "Building" && target.startAfter !== undefined) {
    return yield* begin(batch, target.startAfter(head.position))
  }
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
  return { ...rest, generation, head: now, folded: first.folded + rest.folded, isLive }
})

// Live at once, so that a crash before the first event does not move its start.
const begin = Effect.fnUntraced(function*(
  batch: Batch,
  checkpoint: Position
): Effect.fn.Return<Checkpoint.Reached, EventStoreError> {
  const { generation, head } = batch
  const nothing = { rows: [], removed: [], keepsNewer: false, parked: [], unparked: [] }
  yield* batch.save({ ...nothing, checkpoint, rate: 0 })
  return { generation, head, checkpoint, folded: 0, isLive: yield* batch.promote }
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
): Effect.fn.Return<
  Pick<Checkpoint.Reached, "checkpoint" | "folded" | "newer" | "failed">,
  RetryBatch | ReadFailure,
  EventReader | R
> {
  const started = yield* Clock.currentTimeMillis
  const { categories, columns, types } = target
  const read = yield* readBatch(batch, { ...options, types, categories, columns, after })
  const streams = new Set<StreamName>()
  for (const { stream } of read.events) streams.add(stream)
  if (read.unreadable !== undefined) streams.add(read.unreadable.stream)
  const waiting = new Set((yield* batch.parked([...streams])).map(({ stream }) => stream))
  const { checkpoint, newer, outcome, parked } = yield* foldEvents(target, batch, read, { ...options, after, waiting })
  if (checkpoint > after || newer?.position !== batch.generation.newer?.position) {
    yield* batch.save({
      ...outcome,
      parked,
      unparked: [],
      checkpoint,
      newer,
      rate: Checkpoint.rate(batch.generation.rate, outcome.folded, (yield* Clock.currentTimeMillis) - started)
    })
  }
  return { checkpoint, folded: outcome.folded, newer, failed: outcome.failed }
})
