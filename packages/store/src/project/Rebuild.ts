/** Builds the rows of a projection again, beside the live rows, and then replaces the live rows in one step. */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader } from "../log/EventReader.ts"
import { EventStoreError } from "../log/EventStoreError.ts"
import * as CheckOptions from "../log/internal/CheckOptions.ts"
import { adaptiveBatching } from "./internal/AdaptiveBatching.ts"
import { advance, settle } from "./internal/Advance.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import * as NewerEvents from "./internal/NewerEvents.ts"
import { ProjectionOutdated } from "./ProjectionError.ts"
import * as Projector from "./Projector.ts"
import { type Generation, ReadModelStore } from "./ReadModelStore.ts"

/** The progress of a rebuild in positions. Positions may have gaps, so there may be fewer events. */
export interface Progress {
  /** The checkpoint of the new rows. */
  readonly done: Position
  /** The current head of the log. */
  readonly total: Position
  /** Events folded per second, smoothed. */
  readonly rate: number
  /** The estimated time left, at the speed of this rebuild so far; None before the first batch. */
  readonly left: Option.Option<Duration.Duration>
  /** Whether the new rows are live. */
  readonly isLive: boolean
}

/**
 * Rebuilds a projection: emits its progress after each batch, and ends when the new rows are live. Continues a rebuild
 * that was interrupted. Programs that run the projection, or rebuild it, share the work: one at a time does it. If this
 * stream is interrupted, they finish the rebuild. Fails with `ProjectionOutdated` if a newer version becomes live, and with
 * `NewerSchemaVersion` at an event that is newer than the code: newer code continues the rebuild. Fails with `InvalidInput` for a
 * consumer.
 */
export const rebuild = <Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  options: Projector.Options = {}
): Stream.Stream<Progress, Projector.CatchUpFailure, EventReader | ReadModelStore | R> =>
  Stream.unwrap(Effect.gen(function*() {
    const target = Projector.targetOf(runnable)
    if (StoredDefinition.parse(target.definition).kind === "consumer") {
      const rule = "must not be a consumer: a rebuild would deliver all events again"
      return yield* new InvalidInput({ field: "projection", rule })
    }
    const begun = yield* (yield* ReadModelStore).begin(target, "Building")
    const started = yield* Clock.currentTimeMillis
    const resolved = { ...CatchUp.defaults, ...options }
    const workers = yield* Effect.fromResult(CheckOptions.count("workers", resolved.workers))
    const worker = Stream.suspend(() => {
      const withBatchSize = adaptiveBatching(resolved)
      const working = Effect.gen(function*() {
        const goal = { head: yield* (yield* EventReader).logHead }
        const advanced = yield* withBatchSize((sized) => advance(target, begun.id, goal, sized))
        const reached = Option.isSome(advanced) ? advanced : yield* settle(target, begun.id, goal, resolved)
        // None: another program owns the generation and does the work.
        if (Option.isNone(reached)) yield* Effect.sleep("100 millis")
        else if (reached.value.newer !== undefined) return yield* NewerEvents.toError(reached.value.newer)
        return yield* progressOf(begun, started, goal.head.position)
      })
      return Stream.fromEffectRepeat(working)
    })
    // Drops the rows that were replaced.
    const dropRetired = Effect.flatMap(ReadModelStore, (store) => store.open(target))
    return Stream.mergeAll(Array.from({ length: workers }, () => worker), { concurrency: workers }).pipe(
      Stream.takeUntil(({ isLive }) => isLive),
      Stream.concat(Stream.fromEffectDrain(dropRetired))
    )
  }))

// The progress is read from the store, because other programs may have done the work.
const progressOf = Effect.fnUntraced(function*(
  begun: Generation,
  started: number,
  total: Position
): Effect.fn.Return<Progress, ProjectionOutdated | EventStoreError, ReadModelStore> {
  const { projection, version } = begun
  const generations = yield* (yield* ReadModelStore).generations(projection)
  const live = generations.find(({ status }) => status === "Live")
  // A newer version is live: this generation is no longer built.
  if (live !== undefined && live.version > version) {
    return yield* new ProjectionOutdated({ projection, version, live: live.version })
  }
  const now = generations.find(({ id }) => id === begun.id)
  if (now === undefined && (live === undefined || live.id < begun.id)) {
    const cause = "its rows are gone, because the log went back or they were dropped: rebuild again"
    return yield* new EventStoreError({ operation: `rebuild ${projection}`, cause })
  }
  // Otherwise the generation that no longer exists was live and has been replaced.
  if (now?.status !== "Building") return { done: total, total, rate: now?.rate ?? 0, left: Option.none(), isLive: true }
  const passed = now.checkpoint - begun.checkpoint
  const elapsed = (yield* Clock.currentTimeMillis) - started
  const left = Math.max(0, total - now.checkpoint)
  return {
    done: now.checkpoint,
    total,
    rate: now.rate,
    left: passed > 0 ? Option.some(Duration.millis(left * elapsed / passed)) : Option.none(),
    isLive: false
  }
})
