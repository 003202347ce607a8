import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { run, runAtZero } from "../support/Account.ts"
import { balances, catchUp, changed, deposit, liveId, pass, seen, withRows } from "../support/Balances.ts"

const doubled = changed({
  version: 2,
  evolve: ({ balance, events }, { amount }) => ({ balance: balance + 2 * amount, events: events + 1 })
})

// Rebuilds in batches of one event, and takes a second for each.
const slowly = (projection: typeof balances) =>
  withRows(({ update }) => ({ update: (...args) => Effect.delay(update(...args), "1 second") }))(
    Stream.runCollect(Rebuild.rebuild(projection, { batchSize: 1 }))
  )

describe("a rebuild", () => {
  it("emits its progress after each batch, and ends when the new rows are live", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 4)
      yield* catchUp
      const rebuilding = yield* Effect.forkScoped(slowly(doubled))
      yield* pass(10_000)
      const progress = yield* Fiber.join(rebuilding)
      expect(progress.map(({ done, isLive, total }) => [done, total, isLive])).toEqual([
        [1, 3, false],
        [2, 3, false],
        [3, 3, true]
      ])
      expect(progress.map(({ left }) => Option.map(left, Duration.toMillis))).toEqual([
        Option.some(2000),
        Option.some(1000),
        Option.none()
      ])
      expect(progress[1]!.rate).toBeGreaterThan(0)
      expect(yield* seen(doubled)).toEqual({ a: 14 })
    })))

  it("keeps the old rows live until it is done", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      yield* catchUp
      yield* Effect.forkScoped(slowly(doubled))
      yield* pass(1000)
      expect(yield* seen()).toEqual({ a: 3 })
      yield* pass(1000)
      expect(yield* seen(doubled)).toEqual({ a: 6 })
    })))

  it("of a projection that was never run is its first build", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Stream.runDrain(Rebuild.rebuild(balances))
      expect(yield* seen()).toEqual({ a: 1 })
    })))

  it("that was interrupted continues after its checkpoint", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 4)
      yield* catchUp
      const before = yield* liveId
      yield* Stream.runDrain(Stream.take(Rebuild.rebuild(balances, { batchSize: 1 }), 2))
      expect(yield* liveId).toBe(before)
      const [first] = yield* Stream.runCollect(Rebuild.rebuild(balances, { batchSize: 1 }))
      expect(first).toMatchObject({ done: 3, isLive: true })
      expect(yield* liveId).not.toBe(before)
      expect(yield* seen()).toEqual({ a: 7 })
    })))

  it("that was interrupted is finished by a program that runs the projection", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 4)
      yield* catchUp
      const before = yield* liveId
      yield* Stream.runDrain(Stream.take(Rebuild.rebuild(balances, { batchSize: 1 }), 1))
      yield* Projector.catchUp(balances)
      expect(yield* liveId).not.toBe(before)
    })))

  it("does not become live with a lower checkpoint than the rows that it replaces", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      // Just before the swap, the live rows fold one more event.
      const overtaken = withRows(({ update }) => {
        let isFirst = true
        return {
          update: (id, body, options) =>
            update(id, (batch) =>
              body({
                ...batch,
                promote: Effect.gen(function*() {
                  if (isFirst) {
                    isFirst = false
                    yield* Deferred.succeed(swap, undefined)
                    yield* Deferred.await(goOn)
                  }
                  return yield* batch.promote
                })
              }), options)
        }
      })
      const swap = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const rebuilding = yield* Effect.forkScoped(overtaken(Stream.runDrain(Rebuild.rebuild(balances))))
      yield* Deferred.await(swap)
      yield* deposit("a", 2)
      const store = yield* ReadModelStore
      const live = yield* liveId
      yield* store.update(live, (batch) =>
        batch.save({
          rows: [],
          removed: [],
          keepsNewer: false,
          parked: [],
          unparked: [],
          // As if its owner had folded further.
          checkpoint: 2 as typeof batch.generation.checkpoint,
          rate: 0
        }))
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(rebuilding)
      expect(yield* seen()).toEqual({ a: 3 })
    })))

  it("fails for code that is older than the live rows", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(doubled)
      expect(yield* Effect.flip(Stream.runDrain(Rebuild.rebuild(balances)))).toMatchObject({
        _tag: "ProjectionOutdated"
      })
    })))

  it("fails if a newer version becomes live in the meantime", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      yield* catchUp
      const rebuilding = yield* Effect.forkScoped(slowly(balances))
      yield* pass(1000)
      yield* Projector.catchUp(doubled)
      yield* pass(5000)
      expect(yield* Effect.flip(Fiber.join(rebuilding))).toMatchObject({ _tag: "ProjectionOutdated", live: 2 })
      expect(yield* seen(doubled)).toEqual({ a: 6 })
    })))
})
