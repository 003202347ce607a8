/** A projection that follows the log for ever: each of its generations in a fiber of its own. */
import type { Position } from "@refold/core/event/Position"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { ProjectionOutdated } from "../ProjectionError.ts"
import { type Generation, ReadModelStore, type Status, type StoredProjection } from "../ReadModelStore.ts"
import { catchUp, type Pace } from "./CatchUp.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** Every way in which following can end; it never succeeds. */
export type FollowFailure = ProjectionOutdated | ReadFailure

// How often to look whether an owner has died, a rebuild was asked for, newer code has taken over, or replaced rows are to
// be dropped.
const lookAround = "1 second"

/** Opens the projection, and keeps its generations at the head of the log. */
export const follow = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  pace: Pace
): Effect.fn.Return<never, FollowFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  yield* store.open(target)
  return yield* Effect.scoped(Effect.gen(function*() {
    const fibers = yield* FiberMap.make<number, void, FollowFailure>()
    const look = Effect.gen(function*() {
      const known = yield* store.generations(target.name)
      const ids = (yield* own(target, known)).map(({ id }) => id)
      // Begins one where the last was dropped by hand, and drops what was replaced.
      if (ids.length === 0 || known.some(({ status }) => status === "Retired")) yield* store.open(target)
      for (const [id] of fibers) {
        if (!ids.includes(id)) yield* FiberMap.remove(fibers, id)
      }
      for (const id of ids) {
        yield* FiberMap.run(fibers, id, followGeneration(target, id, pace), { onlyIfMissing: true })
      }
    })
    const looking = Stream.runForEach(Stream.tick(lookAround), () => goOnWithout(look))
    return yield* Effect.andThen(Effect.raceFirst(looking, FiberMap.join(fibers)), Effect.never)
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
  pace: Pace
): Effect.fn.Return<void, FollowFailure, EventReader | ReadModelStore | R> {
  const reader = yield* EventReader
  let reached: Option.Option<Position> = Option.none()
  const advance = (head: Position) =>
    Effect.gen(function*() {
      if (Option.exists(reached, (position) => position >= head)) return
      const last = yield* catchUp(target, id, { head }, pace)
      // Without the ownership, or in the middle of a swap, the next look is worth its price.
      reached = Option.map(Option.filter(last, ({ isLive }) => isLive), ({ checkpoint }) => checkpoint)
    })
  yield* Stream.zipLatest(reader.heads, Stream.tick(lookAround)).pipe(
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.runForEach(([head]) => goOnWithout(advance(head)))
  )
})

// A store that cannot be reached is waited for: a projection has nobody to report to.
const goOnWithout = <R>(
  effect: Effect.Effect<unknown, FollowFailure, R>
): Effect.Effect<unknown, Exclude<FollowFailure, EventStoreError>, R> =>
  Effect.catchTag(effect, "EventStoreError", (error) => Effect.logWarning("a projection waits for the store", error))
