/** Keeps the rows of a projection at the head of the log, with one fiber for each generation. */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import * as Polling from "../../log/internal/Polling.ts"
import type { LogHead } from "../../log/LogHead.ts"
import { ProjectionOutdated } from "../ProjectionError.ts"
import { type Generation, ReadModelStore, type Status, type StoredProjection } from "../ReadModelStore.ts"
import { catchUp, type CatchUpOptions } from "./CatchUp.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** The errors that end a projection. */
export type FollowFailure = ProjectionOutdated | ReadFailure

// How often to check for an owner that is gone, a rebuild that was requested, a newer version that is live, and replaced
// rows to drop.
const checkInterval = "1 second"

/**
 * Keeps the generations of a projection at the head of the log, once the projection was opened. Never succeeds; waits
 * while the store cannot be reached.
 */
export const follow = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  options: CatchUpOptions
): Effect.fn.Return<never, FollowFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  return yield* Effect.scoped(Effect.gen(function*() {
    const fibers = yield* FiberMap.make<number, void, FollowFailure>()
    const check = Effect.gen(function*() {
      const known = yield* store.generations(target.name)
      const ids = (yield* own(target, known)).map(({ id }) => id)
      // `open` begins a generation if the last one was dropped, and drops generations that were replaced.
      if (ids.length === 0 || known.some(({ status }) => status === "Retired")) yield* store.open(target)
      for (const [id] of fibers) {
        if (!ids.includes(id)) yield* FiberMap.remove(fibers, id)
      }
      for (const id of ids) {
        yield* FiberMap.run(fibers, id, followGeneration(target, id, options), { onlyIfMissing: true })
      }
    })
    const checking = Stream.runForEach(Stream.tick(checkInterval), () => retryOnStoreError(Polling.untraced(check)))
    return yield* Effect.andThen(Effect.raceFirst(checking, FiberMap.join(fibers)), Effect.never)
  }))
})

const own = (
  { name, version }: StoredProjection,
  generations: ReadonlyArray<Generation>
): Effect.Effect<ReadonlyArray<Generation>, ProjectionOutdated> => {
  const live = generations.find(({ status }) => status === "Live")
  return live !== undefined && live.version > version
    ? new ProjectionOutdated({ projection: name, version, live: live.version })
    : Effect.succeed(generations.filter((one) => one.version === version && isFollowed(one.status)))
}

const isFollowed = (status: Status): boolean => status === "Live" || status === "Building"

const followGeneration = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  options: CatchUpOptions
): Effect.fn.Return<void, FollowFailure, EventReader | ReadModelStore | R> {
  const reader = yield* EventReader
  // In another instance of the log, what was reached may be lost.
  let reached: Option.Option<LogHead> = Option.none()
  const advance = (head: LogHead) =>
    Effect.gen(function*() {
      if (Option.exists(reached, (at) => at.instance === head.instance && at.position >= head.position)) return
      const last = yield* catchUp(target, id, { head }, options)
      // Without the ownership, or before the promotion, the next tick tries again even at the same head.
      reached = Option.map(Option.filter(last, ({ isLive }) => isLive), ({ checkpoint, head: { instance } }) => ({
        position: checkpoint,
        instance
      }))
    })
  yield* Stream.zipLatest(reader.logHeads, Stream.tick(checkInterval)).pipe(
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.runForEach(([head]) => retryOnStoreError(advance(head)))
  )
})

// The next tick tries again: a projection has no caller to fail to. A permanent failure ends the projection.
const retryOnStoreError = <R>(
  effect: Effect.Effect<unknown, FollowFailure, R>
): Effect.Effect<unknown, FollowFailure, R> =>
  Effect.catchTag(
    effect,
    "EventStoreError",
    (error) =>
      error.isPermanent === true
        ? Effect.fail(error)
        : Effect.logWarning("a projection could not use the store and tries again", error)
  )
