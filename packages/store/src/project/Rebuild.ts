/** Filling a projection's rows anew beside the live ones, which readers see until the new ones take their place at once. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Position } from "@refold/core/event/Position"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import { ProjectionOutdated } from "./ProjectionError.ts"
import * as Projector from "./Projector.ts"
import { type Generation, ReadModelStore } from "./ReadModelStore.ts"

/** How far a rebuild has come. Positions have gaps, so they are only about as many as events. */
export interface Progress {
  /** The position up to which the new rows are filled. */
  readonly done: Position
  /** The last position that is to be filled, as of now. */
  readonly total: Position
  /** Events folded in a second, of late. */
  readonly rate: number
  /** About how much longer it takes, in positions at the pace so far; None before the first batch. */
  readonly left: Option.Option<Duration.Duration>
  /** Whether the new rows are live. */
  readonly isLive: boolean
}

/**
 * Rebuilds a projection, from where an interrupted rebuild was left, and tells of its progress after each batch; ends
 * when the new rows are live. Any number of processes may do so at once, and those that run the projection do as well:
 * one at a time does the work. Interrupting it leaves the rebuild to them, or to the next who asks for it.
 */
export const rebuild = <Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  options: Projector.Options = {}
): Stream.Stream<Progress, ProjectionOutdated | ReadFailure, EventReader | ReadModelStore | R> =>
  Stream.unwrap(Effect.gen(function*() {
    const target = Projector.targetOf(runnable)
    const begun = yield* (yield* ReadModelStore).begin(target, "Building")
    const started = yield* Clock.currentTimeMillis
    const walk = CatchUp.stride({ ...CatchUp.pace, ...options })
    const advance = Effect.gen(function*() {
      const head = yield* (yield* EventReader).head
      const stepped = yield* walk((pace) => CatchUp.advance(target, begun.id, { head }, pace))
      // Somebody else is at it.
      if (Option.isNone(stepped)) yield* Effect.sleep("100 millis")
      return yield* progressOf(begun, started, head)
    })
    // Drops the rows that were replaced, as far as nobody reads them.
    const tidyUp = Effect.flatMap(ReadModelStore, (store) => store.open(target))
    return Stream.fromEffectRepeat(advance).pipe(
      Stream.takeUntil(({ isLive }) => isLive),
      Stream.concat(Stream.fromEffectDrain(tidyUp))
    )
  }))

// What is told is what is stored, whoever did the work.
const progressOf = Effect.fnUntraced(function*(
  begun: Generation,
  started: number,
  total: Position
): Effect.fn.Return<Progress, ProjectionOutdated | EventStoreError, ReadModelStore> {
  const { projection, version } = begun
  const generations = yield* (yield* ReadModelStore).generations(projection)
  const live = generations.find(({ status }) => status === "Live")
  // Then nobody goes on with this one.
  if (live !== undefined && live.version > version) {
    return yield* new ProjectionOutdated({ projection, version, live: live.version })
  }
  const now = generations.find(({ id }) => id === begun.id)
  // One that is gone was live and is replaced already.
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
