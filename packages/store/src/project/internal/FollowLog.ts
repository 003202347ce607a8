/**
 * Keeps the rows of a projection at the head of the log, with one fiber for each generation. Before an event that is newer than
 * the code it waits for newer code, which may run elsewhere.
 */
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import * as Outage from "../../log/internal/Outage.ts"
import * as Polling from "../../log/internal/Polling.ts"
import type { LogHead } from "../../log/LogHead.ts"
import {
  type Generation,
  type NotOwned,
  ReadModelStore,
  type Status,
  type StoredProjection
} from "../ReadModelStore.ts"
import { catchUp, type CatchUpOptions } from "./CatchUp.ts"
import * as GenerationChoice from "./GenerationChoice.ts"
import * as OutdatedCode from "./OutdatedCode.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { retryNewer } from "./RetryNewer.ts"

/** The errors that end a projection. */
export type FollowFailure = NotOwned | ReadFailure

// How often to check for a lost owner, a requested rebuild, a newer version that is live, and replaced
// rows to drop.
const checkInterval = "1 second"

/**
 * Keeps the generations of a projection at the head of the log, after the projection was opened. Never succeeds; waits
 * while the store cannot be reached. `stops` has the events for which this code is too old.
 */
export const follow = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  options: CatchUpOptions,
  stops: OutdatedCode.Stops = new Map()
): Effect.fn.Return<never, FollowFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  return yield* Effect.scoped(Effect.gen(function*() {
    const loop = Outage.loops(userOf(target))
    const checks = loop()
    const fibers = yield* FiberMap.make<number, void, FollowFailure>()
    const check = Effect.gen(function*() {
      const known = yield* store.generations(target.name)
      const ids = (yield* Effect.fromResult(own(target, known))).map(({ id }) => id)
      // `open` begins a generation if the last one was dropped, and drops generations that were replaced.
      const now = yield* DateTime.now
      const isDropped = (one: Generation) => one.status === "Retired" && !GenerationChoice.isKept(one, known, now)
      if (ids.length === 0 || known.some(isDropped)) yield* store.open(target)
      for (const [id] of fibers) {
        if (ids.includes(id)) continue
        yield* FiberMap.remove(fibers, id)
        stops.delete(id)
      }
      for (const id of ids) {
        const following = Effect.suspend(() => followGeneration(target, id, { ...options, loop: loop(), stops }))
        yield* FiberMap.run(fibers, id, following, { onlyIfMissing: true })
      }
    })
    const checking = Stream.runForEach(
      Stream.tick(checkInterval),
      () => retryOnStoreError(checks, Polling.untraced(check))
    )
    return yield* Effect.andThen(Effect.raceFirst(checking, FiberMap.join(fibers)), Effect.never)
  }))
})

const own = (
  target: StoredProjection,
  generations: ReadonlyArray<Generation>
): Result.Result<ReadonlyArray<Generation>, NotOwned> =>
  Result.map(
    GenerationChoice.checkOwner(target, generations),
    () => generations.filter((one) => one.version === target.version && isFollowed(one.status))
  )

const isFollowed = (status: Status): boolean => status === "Live" || status === "Building"

const followGeneration = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  id: number,
  { loop, stops, ...options }: CatchUpOptions & { readonly loop: Outage.Loop; readonly stops: OutdatedCode.Stops }
): Effect.fn.Return<void, FollowFailure, EventReader | ReadModelStore | R> {
  const reader = yield* EventReader
  // In another instance of the log, the reached position may be lost.
  let reached: Option.Option<LogHead> = Option.none()
  let retryAt = 0
  let isRetried = false
  // The partitions that wait for newer code, and whether they are all that there are.
  let stopped: ReadonlyArray<number> = []
  let isStopped = false
  const advance = (head: LogHead) =>
    Effect.gen(function*() {
      if (Option.exists(reached, (at) => at.instance === head.instance && at.position >= head.position)) return
      const now = yield* Clock.currentTimeMillis
      if (now >= retryAt) stopped = []
      else if (isStopped) return
      const last = yield* catchUp(target, id, { head, except: stopped }, options)
      if (Option.isSome(last)) {
        const { generation: { partitions }, newer } = last.value
        yield* OutdatedCode.note(stops, { id, name: target.name, user: userOf(target) }, newer)
        if (newer !== undefined) {
          retryAt = now + Duration.toMillis(Duration.fromInputUnsafe(options.retryNewer))
          stopped = last.value.stopped ?? []
          isStopped = stopped.length === partitions
        }
        if (!isRetried) yield* retryNewer(target, id)
        isRetried = true
      }
      // Without the ownership, or before the promotion, the next tick tries again even at the same head.
      reached = Option.map(Option.filter(last, ({ isLive }) => isLive), ({ checkpoint, head: { instance } }) => ({
        position: checkpoint,
        instance
      }))
    })
  yield* Stream.zipLatest(reader.logHeads, Stream.tick(checkInterval)).pipe(
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.runForEach(([head]) => retryOnStoreError(loop, advance(head))),
    Effect.ensuring(loop.ended)
  )
})

// The next tick tries again: a projection has no caller to fail to. A permanent failure ends the projection.
const retryOnStoreError = <R>(
  loop: Outage.Loop,
  effect: Effect.Effect<unknown, FollowFailure, R>
): Effect.Effect<unknown, FollowFailure, R> =>
  Effect.andThen(effect, loop.succeeded).pipe(
    Effect.catchTag("EventStoreError", (error) => error.isPermanent === true ? Effect.fail(error) : loop.failed(error))
  )

const userOf = ({ definition, name }: StoredProjection): string => {
  const { kind } = StoredDefinition.parse(definition)
  return `${kind === "process" || kind === "consumer" ? kind : "projection"} "${name}"`
}
