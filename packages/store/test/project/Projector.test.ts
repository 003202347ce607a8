import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { append, run, runAtZero, stored, withStore } from "../support/Account.ts"
import { balances, catchUp, changed, deposit, down, liveId, pass, seen, withRows } from "../support/Balances.ts"

const next = changed({ version: 2 })

describe("catchUp", () => {
  it("builds the rows up to the head of the log, and returns it", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      const { position } = yield* deposit("b", 5)
      expect(yield* Projector.catchUp(balances, { batchSize: 1 })).toBe(position)
      expect(yield* seen()).toEqual({ a: 3, b: 5 })
    })))

  it("ends a batch before the event that would exceed the maximum number of changed rows", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      for (const id of ["b", "c", "a", "d"]) yield* deposit(id, 5)
      const saved: Array<ReadonlyArray<string>> = []
      const watched = withRows(({ update }) => ({
        update: (id, body, options) =>
          update(id, (batch) =>
            body({
              ...batch,
              save: (changes) => {
                saved.push(changes.rows.map(({ key }) => key))
                return batch.save(changes)
              }
            }), options)
      }))
      yield* watched(Projector.catchUp(balances, { batchRows: 2 }))
      expect(saved).toEqual([["account-a", "account-b"], ["account-c", "account-a"], ["account-d"]])
      expect(yield* seen()).toEqual({ a: 8, b: 5, c: 5, d: 5 })
    })))

  it("makes a projection of an empty log live without rows", () =>
    run(Effect.gen(function*() {
      expect(yield* catchUp).toBe(0)
      expect(yield* seen()).toEqual({})
    })))

  it("continues after the checkpoint and folds no event twice", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      yield* deposit("a", 2)
      yield* catchUp
      yield* catchUp
      expect(yield* ReadModel.get(balances, "account-a")).toMatchObject(
        Option.some({ state: { balance: 3, events: 2 } })
      )
    })))

  it("builds a raised version beside the live rows, and then replaces them", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      const before = yield* liveId
      yield* Projector.catchUp(next)
      expect(yield* liveId).not.toBe(before)
      expect(yield* seen(next)).toEqual({ a: 1 })
    })))

  it("fails for code that is older than the live rows", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(next)
      expect(yield* Effect.flip(catchUp)).toMatchObject({ _tag: "ProjectionOutdated", version: 1, live: 2 })
    })))

  it("waits while another program owns the projection", () =>
    runAtZero(Effect.gen(function*() {
      yield* catchUp
      yield* deposit("a", 1)
      const done = yield* Deferred.make<void>()
      const id = yield* liveId
      const { update } = yield* ReadModelStore
      yield* Effect.forkScoped(update(id, () => Deferred.await(done)))
      yield* pass(0)
      const waiting = yield* Effect.forkScoped(catchUp)
      yield* pass(0)
      expect(waiting.pollUnsafe()).toBeUndefined()
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(waiting)
      expect(yield* seen()).toEqual({ a: 1 })
    })))

  it("fails with the error of the store", () =>
    run(Effect.gen(function*() {
      const failing = withRows(() => ({ update: () => Effect.fail(down) }))
      expect(yield* Effect.flip(failing(catchUp))).toBe(down)
    })))
})

describe("a projection that is run", () => {
  it("follows the log", () =>
    run(Effect.gen(function*() {
      yield* Projector.start(balances)
      yield* ReadModel.awaitPosition(balances, yield* deposit("a", 1), { timeout: "1 minute" })
      expect(yield* seen()).toEqual({ a: 1 })
      yield* ReadModel.awaitPosition(balances, yield* deposit("a", 2), { timeout: "1 minute" })
      expect(yield* seen()).toEqual({ a: 3 })
    })))

  it("stops when its scope closes", () =>
    runAtZero(Effect.gen(function*() {
      const scope = yield* Scope.make()
      yield* Scope.provide(Projector.start(balances), scope)
      yield* pass(0)
      yield* Scope.close(scope, Exit.void)
      yield* deposit("a", 1)
      yield* pass(1000)
      expect(yield* seen()).toEqual({})
    })))

  it("fails to start for code that is older than the live rows", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(next)
      expect(yield* Effect.flip(Projector.start(balances))).toMatchObject({ _tag: "ProjectionOutdated" })
      expect(yield* Effect.flip(Projector.run(balances))).toMatchObject({ _tag: "ProjectionOutdated" })
    })))

  it("fails as soon as a newer version is live", () =>
    runAtZero(Effect.gen(function*() {
      const running = yield* Effect.forkScoped(Projector.run(balances))
      yield* pass(0)
      yield* Projector.catchUp(next)
      yield* pass(1000)
      expect(yield* Effect.flip(Fiber.join(running))).toMatchObject({ _tag: "ProjectionOutdated", live: 2 })
    })))

  it("finishes a rebuild that was interrupted", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* Effect.forkScoped(Projector.run(balances))
      yield* pass(1000)
      const { begin } = yield* ReadModelStore
      const { id } = yield* begin(balances, "Building")
      expect(yield* liveId).not.toBe(id)
      yield* pass(1000)
      expect(yield* liveId).toBe(id)
      expect(yield* seen()).toEqual({ a: 1 })
    })))

  it("waits for a store that is lost just after the start", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      let isDown = false
      const lost = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.suspend(() => isDown ? Effect.fail<E | EventStoreError>(down) : effect)
      const failing = withRows(({ generations, open, update }) => ({
        open: (projection) => lost(Effect.tap(open(projection), () => Effect.sync(() => void (isDown = true)))),
        generations: (projection) => lost(generations(projection)),
        update: (...args) => lost(update(...args))
      }))
      yield* failing(Projector.start(balances))
      yield* pass(5000)
      isDown = false
      yield* pass(2000)
      expect(yield* seen()).toEqual({ a: 1 })
    })))

  it("retries while the store cannot be reached", () =>
    runAtZero(Effect.gen(function*() {
      let isDown = true
      const failing = withRows(({ update }) => ({
        update: (...args) => Effect.suspend(() => isDown ? Effect.fail<EventStoreError>(down) : update(...args))
      }))
      const lines: Array<string> = []
      const noting = Effect.provide(
        Logger.layer([Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))])
      )
      const running = yield* Effect.forkScoped(noting(failing(Projector.run(balances))))
      yield* deposit("a", 1)
      yield* pass(10_000)
      expect(running.pollUnsafe()).toBeUndefined()
      const warning = `Warn projection "balances" could not use the store and tries again: ${down.message}`
      expect(lines).toEqual([warning])
      isDown = false
      yield* pass(1000)
      expect(yield* seen()).toEqual({ a: 1 })
      expect(lines).toEqual([warning, "Info projection \"balances\" can use the store again"])
    })))
})

describe("the columns that a projection reads", () => {
  const columnsOf = Effect.fnUntraced(function*(effect: typeof catchUp) {
    const read: Array<ReadonlyArray<string> | undefined> = []
    yield* deposit("a", 1)
    yield* effect.pipe(withStore((store) => ({
      readAll: (options = {}) => {
        read.push(options.columns)
        return store.readAll(options)
      }
    })))
    return read
  })

  it("are those that its functions and its codec use", () =>
    run(Effect.gen(function*() {
      expect(yield* columnsOf(catchUp)).toEqual([["stream", "version", "type", "schemaVersion", "data", "position"]])
    })))

  it("are all columns if a wire transform is set", () =>
    run(Effect.gen(function*() {
      const wire = {
        toWire: Effect.succeed,
        fromWire: (events: ReadonlyArray<RecordedEvent>) => Effect.succeed(events)
      }
      expect(yield* columnsOf(Effect.provideService(catchUp, WireTransform, wire))).toEqual([undefined])
    })))
})

describe("large events", () => {
  const large = (n: number) => stored(n, { data: { amount: n, note: "x".repeat(6 * 1024 * 1024) } })

  it("are folded in batches that are bounded in bytes", () =>
    run(Effect.gen(function*() {
      yield* append("a", large(1), large(2), large(3), large(4))
      yield* append("a", large(5))
      const batches: Array<number> = []
      const counting = withStore((store) => ({
        readAll: (options) =>
          Stream.suspend(() => {
            const batch = batches.push(0) - 1
            return Stream.tap(Stream.rechunk(store.readAll(options), 1), () => Effect.sync(() => batches[batch]!++))
          })
      }))
      yield* counting(catchUp)
      expect(batches).toEqual([3, 2])
      expect(yield* seen()).toEqual({ a: 15 })
    })))

  it("end a projection if they cannot be read, after the events before them", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 3)
      const unreadable = new EventStoreError({ operation: "read", cause: "event 3 cannot be read", isPermanent: true })
      const failing = withStore((store) => ({
        readAll: (options) =>
          Stream.mapEffect(store.readAll({ ...options, columns: undefined }), (event) =>
            event.version === 3 ? unreadable : Effect.succeed(event))
      }))
      expect(yield* Effect.flip(failing(Projector.run(balances)))).toBe(unreadable)
      expect(yield* failing(Effect.flip(ProjectionStatus.of(balances)))).toBe(unreadable)
      const [generation] = yield* Effect.flatMap(ReadModelStore, ({ generations }) =>
        generations(balances.name))
      expect(generation).toMatchObject({ checkpoint: 2 })
    })))
})
