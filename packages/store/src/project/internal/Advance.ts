/** Advances a generation: by one batch, in as many attempts as it needs, or by the final step when all partitions are there. */
import type { AsOfLog } from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStoreError, UnreadableEvent } from "../../log/EventStoreError.ts"
import * as RetryPolicies from "../../log/internal/RetryPolicies.ts"
import type { LogHead } from "../../log/LogHead.ts"
import { ReadModelStore } from "../ReadModelStore.ts"
import { type BatchOptions, type Claim, RetryBatch } from "./BatchOptions.ts"
import * as Checkpoint from "./Checkpoint.ts"
import { findUnreadable } from "./FindUnreadable.ts"
import * as GenerationChoice from "./GenerationChoice.ts"
import type * as ParkingPolicy from "./ParkingPolicy.ts"
import { type BatchFailure, projectBatch } from "./ProjectBatch.ts"
import type { FoldLimits, ProjectionTarget } from "./ProjectionTarget.ts"
import { promoteAll } from "./Promote.ts"
import { warnOfParked } from "./WarnOfParked.ts"

/** The target position and the options. */
export interface Goal {
  readonly head: LogHead
  readonly asOf?: AsOfLog | undefined
  /** Whether to wait while another owner has the generation. */
  readonly wait?: boolean | undefined
  /** Whether a generation that is building becomes live there; true by default. */
  readonly promotes?: boolean | undefined
  /** Partitions to leave out. */
  readonly except?: ReadonlyArray<number> | undefined
}

/** The size of a batch, and when streams are parked. */
export interface AdvanceOptions extends ParkingPolicy.ParkingPolicy, FoldLimits {
  readonly batchSize: number
}

/**
 * Projects one batch of the partition that is furthest behind; with poisoned events, as often as the parking policy allows. An event that
 * cannot be read is one. None if no partition is behind without another owner, or the generation no longer exists.
 */
export const advance = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  goal: Goal,
  options: AdvanceOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, BatchFailure, EventReader | ReadModelStore | R> {
  const claim: Claim = { partition: undefined }
  for (let attempts = 0;; attempts = 1) {
    const project = (attempt: BatchOptions) => projectBatch(target, generation, attempt)
    const reached = yield* inAttempts(target, generation, { ...goal, ...options, attempt: attempts, claim }, project)
    if (Option.isNone(reached)) return reached
    yield* Checkpoint.measure(reached.value)
    if (reached.value.generation.status !== "Scratch") yield* warnOfParked(target, reached.value.parked)
    if (reached.value.failed === undefined) return reached
    yield* Effect.sleep(options.backoff)
  }
})

// The number of attempts at its first event. All are of the same partition.
const inAttempts = Effect.fnUntraced(function*<A, R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: BatchOptions & AdvanceOptions,
  run: (options: BatchOptions) => Effect.Effect<A, RetryBatch | BatchFailure, EventReader | ReadModelStore | R>
): Effect.fn.Return<A, BatchFailure, EventReader | ReadModelStore | R> {
  let { attempt } = options
  let unreadable: UnreadableEvent | undefined
  return yield* Effect.suspend(() => run({ ...options, attempt: ++attempt, unreadable }))
    .pipe(
      Effect.catchTag(
        "EventStoreError",
        (error) =>
          Effect.flatMap(
            findUnreadable(target, generation, options.claim, error),
            (found): Effect.Effect<never, EventStoreError | RetryBatch> => {
              // The same event again: the read could not end before it.
              if (found.position === unreadable?.position) return Effect.fail(error)
              unreadable = found
              return Effect.fail(new RetryBatch({ poisoned: [] }))
            }
          )
      ),
      Effect.retry({
        while: ({ _tag }) => _tag === "RetryBatch",
        schedule: RetryPolicies.poisonedEvent(options.backoff)
      }),
      // The schedule has no limit: the batch of the last attempt parks instead of failing.
      Effect.catchTag("RetryBatch", Effect.die)
    )
})

/**
 * The final step for a generation with several partitions when `advance` returns None: changes their number, or makes the generation
 * live. Returns its lowest checkpoint then. None if other owners have partitions that are behind.
 */
export const settle = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  goal: Goal,
  options: AdvanceOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, BatchFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const generation = (yield* store.generations(target.name)).find((one) => one.id === id)
  if (generation === undefined || generation.partitions === 1 || generation.status === "Retired") return Option.none()
  const { addition, checkpoint, repartition, status } = generation
  const reached = { partition: 0, generation, checkpoint, head: goal.head, folded: 0 }
  if (repartition !== undefined && checkpoint >= repartition.drainTo) {
    yield* store.repartition(id)
    return Option.some({ ...reached, isLive: false })
  }
  const isAdding = addition !== undefined || GenerationChoice.isAddition(target, generation)
  if (isAdding || checkpoint < goal.head.position) return Option.none()
  const attempt = { ...goal, ...options, attempt: 0, claim: { partition: undefined } }
  const isLive = status === "Live" || goal.promotes !== false &&
      (yield* inAttempts(target, id, attempt, (options) => promoteAll(target, id, options)))
  return Option.some({ ...reached, isLive })
})
