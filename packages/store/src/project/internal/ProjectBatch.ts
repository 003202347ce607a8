/**
 * Projects one batch of events of a partition. Its rows, its parked streams and the next checkpoint are stored in one transaction, which
 * only the owner of the partition can open.
 */
import type { Position } from "@refold/core/event/Position"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import * as Polling from "../../log/internal/Polling.ts"
import type { DefinitionMismatch } from "../ProjectionError.ts"
import { type Batch, type Generation, ReadModelStore, type StoredProjection } from "../ReadModelStore.ts"
import { addTypes } from "./AddTypes.ts"
import type { BatchOptions, RetryBatch } from "./BatchOptions.ts"
import type * as Checkpoint from "./Checkpoint.ts"
import { foldAfter } from "./FoldAfter.ts"
import * as GenerationChoice from "./GenerationChoice.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { promote } from "./Promote.ts"

/** The errors of a batch that is not tried again. */
export type BatchFailure = DefinitionMismatch | ReadFailure

/**
 * Projects a batch of the partition that is furthest behind. None if none is behind without another owner, or the generation no
 * longer exists. If the log goes back, ids of generations are used again: an id in memory may be that of another projection. Stops
 * before an event that is newer than the code. Code of a process with more event types than its generation reads the added ones
 * first.
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
    options.claim.partition = batch.partition
    const isAddition = GenerationChoice.isAddition(target, batch.generation)
    const projected = Effect.andThen(
      Effect.fromResult(checkBatch(target, batch.generation)),
      Effect.asSome(isAddition ? addTypes(target, batch, options) : project(target, batch, options))
    )
    if (!isAddition && checkpoint >= options.head.position) return projected
    const attributes = { projection: target.name, generation }
    return Polling.work(Effect.withSpan(projected, "refold.projection.batch", { attributes }))
  }
  const { claim: { partition }, except, head: { position }, wait } = options
  const updating = store.update(generation, run, {
    wait,
    partition,
    except,
    behind: partition === undefined ? { position, definition: target.definition } : undefined
  })
  // A wait for another owner can be interrupted: no work has begun.
  const isDrained = target.isDrained === true && wait !== true
  return Option.flatten(yield* Polling.untraced(isDrained ? Effect.uninterruptible(updating) : updating))
})

const checkBatch = (target: StoredProjection, generation: Generation): Result.Result<void, DefinitionMismatch> =>
  Result.andThen(
    GenerationChoice.checkDefinition(target, generation),
    GenerationChoice.checkPartitions(target, generation)
  )

// A generation that is building becomes the live one as soon as it is at the head; with several partitions when all are: see `catchUp`.
const project = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  options: BatchOptions
): Effect.fn.Return<Checkpoint.Reached, RetryBatch | ReadFailure, EventReader | R> {
  const { generation, head, partition } = batch
  const { partitions, repartition, status } = generation
  if (status === "Building" && target.startAfter !== undefined) {
    return yield* begin(batch, target.startAfter(head.position))
  }
  // Never beyond what this transaction sees: the log that gave the other head may have lost its last events since. Nor beyond the
  // place at which the number of partitions changes.
  const bound = Math.min(options.head.position, head.position, repartition?.drainTo ?? Infinity) as Position
  const first = yield* foldAfter(target, batch, generation.checkpoint, { ...options, bound })
  const isWhole = partitions === 1 && options.promotes !== false
  if (status !== "Building" || !isWhole || first.checkpoint < options.head.position) {
    return { ...first, partition, generation, head, isLive: status === "Live" }
  }
  const { isLive, rest } = yield* promote(target, [{ batch, checkpoint: first.checkpoint }], options)
  if (rest === undefined) return { ...first, partition, generation, head, isLive }
  const [last = first] = rest.folded
  const parked = [first, ...rest.folded].flatMap(({ parked = [] }) => parked)
  return { ...last, partition, generation, head: rest.now, folded: first.folded + last.folded, isLive, parked }
})

// Live at once, so that a crash before the first event does not move its start.
const begin = Effect.fnUntraced(function*(
  batch: Batch,
  checkpoint: Position
): Effect.fn.Return<Checkpoint.Reached, EventStoreError> {
  const { generation, head, partition } = batch
  const nothing = { rows: [], removed: [], keepsNewer: false, parked: [], unparked: [] }
  yield* batch.save({ ...nothing, checkpoint, rate: 0 })
  return { partition, generation, head, checkpoint, folded: 0, isLive: yield* batch.promote }
})
