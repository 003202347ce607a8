/** Brings one generation up to a head, batch by batch. */
import type { AsOfLog } from "@refold/core/journal/AsOf"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStoreError, UnreadableEvent } from "../../log/EventStoreError.ts"
import * as RetryPolicies from "../../log/internal/RetryPolicies.ts"
import type { LogHead } from "../../log/LogHead.ts"
import type { ReadModelStore } from "../ReadModelStore.ts"
import { RetryBatch } from "./BatchOptions.ts"
import * as Checkpoint from "./Checkpoint.ts"
import { findUnreadable } from "./FindUnreadable.ts"
import * as ParkingPolicy from "./ParkingPolicy.ts"
import { type BatchFailure, projectBatch } from "./ProjectBatch.ts"
import type { FoldLimits, ProjectionTarget } from "./ProjectionTarget.ts"

/** The size of batches, and when streams are parked. */
export interface CatchUpOptions extends ParkingPolicy.ParkingPolicy, FoldLimits {
  /** The maximum number of events in a batch, that is in memory and in one transaction; 10,000 by default. */
  readonly batchSize: number
  /**
   * How often code that is too old for an event looks whether newer code has gone on; 5 seconds by default. For `run` and
   * `start`: the others fail with `NewerSchemaVersion`.
   */
  readonly retryNewer: Duration.Input
}

/** The default options. */
export const defaults: CatchUpOptions = {
  batchSize: 10_000,
  batchRows: 10_000,
  retryNewer: "5 seconds",
  ...ParkingPolicy.defaults
}

/** How far to go. */
export interface Goal {
  readonly head: LogHead
  readonly asOf?: AsOfLog | undefined
  /** Whether to wait while another owner has the generation. */
  readonly wait?: boolean | undefined
}

/**
 * Projects batches until the generation is at the head; ends before, if another instance of the log answers, or
 * before an event that is newer than the code. None if another owner has the generation, or it no longer exists.
 */
export const catchUp = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  goal: Goal,
  options: CatchUpOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, BatchFailure, EventReader | ReadModelStore | R> {
  const withBatchSize = adaptiveBatching(options)
  for (;;) {
    const reached = yield* withBatchSize((sized) => advance(target, generation, goal, sized))
    if (Option.isNone(reached)) return reached
    const { checkpoint, head, newer } = reached.value
    if (newer !== undefined) return reached
    if (checkpoint >= goal.head.position || head.instance !== goal.head.instance) return reached
    // An append that has just begun may hold the head back for a moment, at a position that was read already.
    if (checkpoint >= head.position) yield* Effect.sleep("10 millis")
  }
})

// A batch that takes less is followed by one of twice its size, and one that takes more than twice as long by one of half its
// size: larger batches write rows less often, and no transaction is open for long.
const quickMillis = 1000
const firstSize = 2000

/**
 * Runs batches with the largest size that succeeds within about a second or two. A batch that fails with `EventStoreError` may be too large: it may
 * exceed a timeout for idle transactions, or the limits of a message. It is run again with a tenth of its events, and
 * half of its size becomes the maximum. The error is returned if a batch of one event fails.
 */
export const adaptiveBatching = (options: CatchUpOptions) => {
  let maximum = options.batchSize
  let batchSize = Math.min(firstSize, maximum)
  return Effect.fnUntraced(function*<A, E extends { readonly _tag: string }, R>(
    run: (options: CatchUpOptions) => Effect.Effect<A, E, R>
  ): Effect.fn.Return<A, E, R> {
    for (;;) {
      const started = yield* Clock.currentTimeMillis
      const result = yield* Effect.result(run({ ...options, batchSize }))
      if (Result.isSuccess(result)) {
        const millis = (yield* Clock.currentTimeMillis) - started
        if (millis < quickMillis) batchSize = Math.min(maximum, batchSize * 2)
        else if (millis > 2 * quickMillis) batchSize = Math.ceil(batchSize / 2)
        return result.success
      }
      if (result.failure._tag !== "EventStoreError" || batchSize === 1) return yield* Effect.fail(result.failure)
      yield* Effect.logDebug(
        `a batch of ${batchSize} events failed and is run again in smaller batches`,
        result.failure
      )
      maximum = Math.ceil(batchSize / 2)
      batchSize = Math.ceil(batchSize / 10)
    }
  })
}

/** Projects one batch; with poisoned events, as often as the parking policy says. An event that cannot be read is one. */
export const advance = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  goal: Goal,
  options: CatchUpOptions
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, BatchFailure, EventReader | ReadModelStore | R> {
  for (let attempts = 0;; attempts = 1) {
    const reached = yield* attemptBatch(target, generation, { ...goal, ...options }, attempts)
    if (Option.isNone(reached)) return reached
    yield* Checkpoint.measure(reached.value)
    if (reached.value.failed === undefined) return reached
    yield* Effect.sleep(options.backoff)
  }
})

// After so many attempts at its first event.
const attemptBatch = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  options: Goal & CatchUpOptions,
  attempts: number
): Effect.fn.Return<Option.Option<Checkpoint.Reached>, BatchFailure, EventReader | ReadModelStore | R> {
  let attempt = attempts
  let unreadable: UnreadableEvent | undefined
  return yield* Effect.suspend(() => projectBatch(target, generation, { ...options, attempt: ++attempt, unreadable }))
    .pipe(
      Effect.catchTag(
        "EventStoreError",
        (error) =>
          Effect.flatMap(
            findUnreadable(target, generation, error),
            (found): Effect.Effect<never, EventStoreError | RetryBatch> => {
              // The same one again: the read could not end before it.
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
