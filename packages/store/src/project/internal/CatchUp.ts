/** Steps of one generation up to a head; poisoned events are tried again, ever more slowly, and then parked. */
import type * as Position from "@refold/core/event/Position"
import type { AsOfLog } from "@refold/core/journal/AsOf"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import * as RetryPolicies from "../../log/internal/RetryPolicies.ts"
import type { ReadModelStore } from "../ReadModelStore.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { step, type Stepped } from "./Step.ts"

/** How a generation is brought along. */
export interface Pace {
  /** The most events of one batch, 2,000 by default: so many are in memory, and in one transaction. */
  readonly batchSize: number
  /** How often a poisoned event is tried before its stream is parked, 3 times by default. */
  readonly attempts: number
  /** How long the first pause between two tries is, 50 ms by default; each is twice as long as the one before. */
  readonly backoff: Duration.Input
}

/** The defaults. */
export const pace: Pace = { batchSize: 2000, attempts: 3, backoff: "50 millis" }

/** How far to go. */
export interface Goal {
  readonly head: Position.Position
  readonly asOf?: AsOfLog | undefined
  /** Whether to wait while there is another owner. */
  readonly wait?: boolean | undefined
}

/**
 * Steps until the generation is at the head, and gives the last step; None where another owner has it, or it is over.
 */
export const catchUp = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  goal: Goal,
  pace: Pace
): Effect.fn.Return<Option.Option<Stepped>, ReadFailure, EventReader | ReadModelStore | R> {
  const walk = stride(pace)
  for (;;) {
    const stepped = yield* walk((pace) => advance(target, generation, goal, pace))
    if (Option.isNone(stepped) || stepped.value.checkpoint >= goal.head) return stepped
  }
})

// How many milliseconds a batch may take for the next one to be longer.
const quick = 1000

/**
 * Takes steps of the length that proves possible. A batch that is too much, because it keeps its owner silent for longer
 * than the store suffers, or is more than a server takes at once, would fail for ever: it is taken in smaller parts.
 * A failure that has other reasons comes back with a batch of one event.
 */
export const stride = (pace: Pace) => {
  let { batchSize } = pace
  let limit = batchSize
  return Effect.fnUntraced(function*<A, E extends { readonly _tag: string }, R>(
    step: (pace: Pace) => Effect.Effect<A, E, R>
  ): Effect.fn.Return<A, E, R> {
    for (;;) {
      const started = yield* Clock.currentTimeMillis
      const result = yield* Effect.result(step({ ...pace, batchSize }))
      if (Result.isFailure(result)) {
        if (result.failure._tag !== "EventStoreError" || batchSize === 1) return yield* Effect.fail(result.failure)
        yield* Effect.logDebug(`a batch of ${batchSize} events failed, and is taken in smaller parts`, result.failure)
        limit = Math.ceil(batchSize / 2)
        batchSize = Math.ceil(batchSize / 10)
      } else {
        if ((yield* Clock.currentTimeMillis) - started < quick) batchSize = Math.min(limit, batchSize * 2)
        return result.success
      }
    }
  })
}

/** One step, taken as often as poisoned events are to be tried. */
export const advance = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number,
  goal: Goal,
  { attempts, backoff, batchSize }: Pace
): Effect.fn.Return<Option.Option<Stepped>, ReadFailure, EventReader | ReadModelStore | R> {
  let attempt = 0
  const stepped = yield* Effect.suspend(() =>
    step(target, generation, { ...goal, batchSize, attempts, attempt: ++attempt })
  ).pipe(
    Effect.withSpan("refold.projection.step", { attributes: { projection: target.name, generation } }),
    Effect.retry({
      while: ({ _tag }) => _tag === "TryAgain",
      schedule: RetryPolicies.poisonedEvent(backoff)
    }),
    // It is retried without a limit: the last attempt parks.
    Effect.catchTag("TryAgain", Effect.die)
  )
  yield* Option.match(stepped, { onNone: () => Effect.void, onSome: (value) => count(target, value) })
  return stepped
})

const folded = Metric.counter("refold_projection_events", { description: "events folded into rows", incremental: true })
const position = Metric.gauge("refold_projection_position", { description: "the checkpoint of a generation" })

const count = (
  { name }: Pick<ProjectionTarget, "name">,
  { checkpoint, folded: events, generation }: Stepped
): Effect.Effect<void> => {
  const attributes = { projection: name, generation: String(generation.id) }
  return Effect.andThen(
    Metric.update(Metric.withAttributes(folded, attributes), events),
    Metric.update(Metric.withAttributes(position, attributes), checkpoint)
  )
}
