/**
 * Partitions: they divide the events of a projection, a consumer or the observer of a process among any number of programs. Each has a
 * checkpoint of its own. Their number is stored with the checkpoints. Each batch takes the partition that is furthest behind and
 * that no other batch works on.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import { advance } from "./internal/Advance.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import * as NewerEvents from "./internal/NewerEvents.ts"
import type { ProjectionTarget } from "./internal/ProjectionTarget.ts"
import * as Projector from "./Projector.ts"
import { type Generation, type NewerEvent, type NoRows, ReadModelStore } from "./ReadModelStore.ts"

/** The maximum number of partitions. */
export const maximum = 10_000

/** A partition of the live generation. */
export interface PartitionStatus {
  /** Its number, from 0. */
  readonly partition: number
  /** Its checkpoint. */
  readonly position: Position
  /** The number of streams that it has parked. */
  readonly parked: number
  /** The event before which it waits for newer code. */
  readonly newer: Option.Option<NewerEvent>
}

/** The partitions of the live rows, or of a consumer or an observer, in the order of their numbers. */
export const list = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ReadonlyArray<PartitionStatus>, NoRows | EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  const partitions = yield* store.partitions((yield* store.live(name)).id)
  return partitions.map(({ generation: { checkpoint, newer, parked }, partition }) => ({
    partition,
    position: checkpoint,
    parked,
    newer: Option.fromUndefinedOr(newer)
  }))
})

/**
 * Changes the number of partitions, 1 at first, to at most 10,000; returns when it is changed. All partitions first reach one
 * checkpoint, the highest that one of them has: this call does that work, and so do programs that run the projection.
 * If it fails or is interrupted, they finish the change; a call with the former number ends it. A later generation begins with as many.
 * Give it the options that the projection or consumer is run with; the batches of a consumer have 100 events by default.
 *
 * Fails with `InvalidInput` for a number that is not 1 to 10,000; for a projection that is not keyed by stream; and if streams are
 * parked while events are partitioned by a key: retry or discard them first. Fails with `NewerSchemaVersion` if a partition waits
 * for newer code before that checkpoint.
 */
export const change = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  partitions: number,
  options: Projector.Options = {}
): Effect.fn.Return<void, Projector.CatchUpFailure, EventReader | ReadModelStore | R> {
  const target = Projector.targetOf(runnable)
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > maximum) {
    return yield* new InvalidInput({ field: "partitions", rule: `must be a whole number from 1 to ${maximum}` })
  }
  const by = target.partitionedBy
  if (by === undefined && partitions > 1) {
    return yield* new InvalidInput({ field: "projection", rule: "must be keyed by stream to have several partitions" })
  }
  const batchSize = target.isDrained === true ? drainedSize : CatchUp.defaults.batchSize
  const resolved = { ...CatchUp.defaults, batchSize, ...options }
  const store = yield* ReadModelStore
  const own = (yield* store.open(target)).filter(({ version }) => version === target.version)
  for (const { id } of own) {
    yield* begin(target, id, resolved)
    yield* store.repartition(id, { partitions, by })
    yield* drain(target, id, partitions, resolved)
  }
})

// As many as a consumer handles in a batch by default.
const drainedSize = 100

// A consumer that has never run begins at the start of its definition.
const begin = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  options: CatchUp.CatchUpOptions
): Effect.fn.Return<void, Projector.CatchUpFailure, EventReader | ReadModelStore | R> {
  const status = (yield* find(target, id))?.status
  if (target.startAfter === undefined || status !== "Building") return
  const head = yield* (yield* EventReader).logHead
  yield* advance(target, id, { head, wait: true }, options)
})

const drain = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  partitions: number,
  options: CatchUp.CatchUpOptions
): Effect.fn.Return<void, Projector.CatchUpFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  for (;;) {
    const generation = yield* find(target, id)
    // Dropped, or replaced by another generation, which begins with the number that it finds.
    if (generation === undefined || generation.status === "Retired") return
    const { partitions: now, repartition } = generation
    if (repartition === undefined && now === partitions) return
    if (repartition?.partitions !== partitions) return yield* ended(generation)
    const head = { ...yield* (yield* EventReader).logHead, position: repartition.drainTo }
    const reached = yield* CatchUp.catchUp(target, id, { head, wait: true, promotes: false }, options)
    const newer = Option.getOrUndefined(reached)?.newer
    if (newer !== undefined) return yield* NewerEvents.toError(newer)
    yield* store.repartition(id)
  }
})

const ended = ({ partitionedBy, parked, repartition }: Generation): Effect.Effect<never, InvalidInput> =>
  new InvalidInput({
    field: "partitions",
    rule: repartition === undefined && partitionedBy === "key" && parked > 0
      ? "must not change while streams are parked and events are partitioned by a key: retry or discard them first"
      : "must not be changed to another number meanwhile"
  })

const find = Effect.fnUntraced(function*({ name }: { readonly name: string }, id: number) {
  return (yield* (yield* ReadModelStore).generations(name)).find((one) => one.id === id)
})
