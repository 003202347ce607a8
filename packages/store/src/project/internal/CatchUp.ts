/** Brings one generation up to a head, batch by batch. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader } from "../../log/EventReader.ts"
import * as CheckOptions from "../../log/internal/CheckOptions.ts"
import { ReadModelStore } from "../ReadModelStore.ts"
import { adaptiveBatching } from "./AdaptiveBatching.ts"
import { advance, type AdvanceOptions, type Goal, settle } from "./Advance.ts"
import type * as Checkpoint from "./Checkpoint.ts"
import * as ParkingPolicy from "./ParkingPolicy.ts"
import type { BatchFailure } from "./ProjectBatch.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** The size of batches, the parking policy, and the number of workers. */
export interface CatchUpOptions extends AdvanceOptions {
  /** The maximum number of events in a batch, that is in memory and in one transaction; 10,000 by default. */
  readonly batchSize: number
  /**
   * How often code that is too old for an event checks whether newer code has handled it; 5 seconds by default. For `run` and
   * `start`: the others fail with `NewerSchemaVersion`.
   */
  readonly retryNewer: Duration.Input
  /**
   * The maximum number of partitions that this program works on at a time; 1 by default. Each takes a connection. Has no effect beyond
   * the number of partitions, which `Partitions.change` sets.
   */
  readonly workers: number
}

/** The default options. */
export const defaults: CatchUpOptions = {
  batchSize: 10_000,
  batchRows: 10_000,
  retryNewer: "5 seconds",
  workers: 1,
  ...ParkingPolicy.defaults
}

/** The progress of a generation: that of its partition that is furthest behind. */
export interface CaughtUp extends Checkpoint.Reached {
  /** The partitions that wait before an event that is newer than the code. */
  readonly stopped?: ReadonlyArray<number> | undefined
}

/**
 * Projects batches until all partitions of the generation are at the head; ends before, if another instance of the log answers, or
 * when those that are not wait before an event that is newer than the code. None if other owners have partitions that are behind, or
 * the generation no longer exists.
 */
export const catchUp = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  goal: Goal,
  options: CatchUpOptions
): Effect.fn.Return<Option.Option<CaughtUp>, BatchFailure, EventReader | ReadModelStore | R> {
  const workers = yield* Effect.fromResult(CheckOptions.count("workers", options.workers))
  const count = workers === 1 ? 1 : Math.min(workers, yield* partitionsOf(target.name, id))
  const stopped = new Map((goal.except ?? []).map((partition): Stop => [partition, undefined]))
  for (;;) {
    const working = Array.from({ length: count }, () => work(target, id, { ...goal, stopped }, options))
    const ended = Option.firstSomeOf(yield* Effect.all(working, { concurrency: "unbounded" }))
    if (Option.isSome(ended)) return ended
    const settled = yield* settle(target, id, goal, options)
    if (Option.isNone(settled)) return stopOf(stopped)
    if (settled.value.checkpoint >= goal.head.position) return settled
  }
})

type Stop = readonly [partition: number, reached: Checkpoint.Reached | undefined]

const stopOf = (stopped: ReadonlyMap<number, Checkpoint.Reached | undefined>): Option.Option<CaughtUp> => {
  const first = [...stopped.values()].find((reached) => reached !== undefined)
  return Option.map(Option.fromUndefinedOr(first), (reached) => ({ ...reached, stopped: [...stopped.keys()] }))
}

const partitionsOf = Effect.fnUntraced(function*(name: string, id: number) {
  const generations = yield* (yield* ReadModelStore).generations(name)
  return generations.find((one) => one.id === id)?.partitions ?? 1
})

interface Work extends Goal {
  /** The partitions that the workers of this program skip. */
  readonly stopped: Map<number, Checkpoint.Reached | undefined>
}

// One worker: runs batches of the partition that is furthest behind, until none is behind. Ends with the only partition of a generation.
const work = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  { stopped, ...goal }: Work,
  options: CatchUpOptions
): Effect.fn.Return<Option.Option<CaughtUp>, BatchFailure, EventReader | ReadModelStore | R> {
  const withBatchSize = adaptiveBatching(options)
  for (;;) {
    const except = [...stopped.keys()]
    const reached = yield* withBatchSize((sized) => advance(target, id, { ...goal, except }, sized))
    if (Option.isNone(reached)) return reached
    const { checkpoint, generation: { partitions, repartition }, head, newer, partition } = reached.value
    const isThere = checkpoint >= goal.head.position
    if (partitions === 1) {
      if (repartition !== undefined && checkpoint >= repartition.drainTo) {
        yield* (yield* ReadModelStore).repartition(id)
      }
      if (newer !== undefined) return Option.some({ ...reached.value, stopped: [partition] })
      if (isThere) return reached
    }
    if (head.instance !== goal.head.instance) return reached
    if (newer !== undefined) stopped.set(partition, reached.value)
    // An append that has just begun may hold the head back for a moment, at a position that was read already.
    if (!isThere && checkpoint >= head.position) yield* Effect.sleep("10 millis")
  }
})
