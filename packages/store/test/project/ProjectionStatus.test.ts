import { Position } from "@refold/core/event/Position"
import { EventReader } from "@refold/store/log/EventReader"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import { run, runAtZero } from "../support/Account.ts"
import { balances, catchUp, deposit, hasty, pass, total } from "../support/Balances.ts"

const bound = (position: number) => ({ head: position, last: position, heldBackBy: [] })

describe("the status of a projection", () => {
  it("that was never run has no generation", () =>
    run(Effect.gen(function*() {
      expect(yield* ProjectionStatus.of(balances)).toEqual({
        projection: "balances",
        live: Option.none(),
        building: Option.none(),
        bound: bound(0)
      })
      expect(yield* ProjectionStatus.all).toEqual([])
    })))

  it("has its position, its lag, and its lag in seconds", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      yield* TestClock.setTime(10_000)
      yield* deposit("a", 2)
      yield* TestClock.setTime(12_000)
      yield* deposit("a", 4, 8)
      yield* TestClock.setTime(15_500)
      const { building, live } = yield* ProjectionStatus.of(balances)
      expect(building).toEqual(Option.none())
      expect(live).toMatchObject(
        Option.some({ version: 1, position: 1, lag: 3, lagSeconds: 5.5, done: 0.25, parked: [] })
      )
    })))

  it("at the head of the log has no lag", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      yield* TestClock.setTime(10_000)
      const { bound: log, live } = yield* ProjectionStatus.of(balances)
      expect(live).toMatchObject(Option.some({ lag: 0, lagSeconds: 0, done: 1 }))
      expect(log).toEqual(bound(1))
    })))

  it("at the head has a lag while later events are held back by a running append", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1)
      yield* catchUp
      yield* TestClock.setTime(10_000)
      const heldBackBy = [{ description: "a long import", since: DateTime.makeUnsafe(4000) }]
      const reader = yield* EventReader
      const held = EventReader.of({
        ...reader,
        bound: Effect.map(reader.bound, ({ head }) => ({ head, last: Position(4), heldBackBy }))
      })
      const status = yield* Effect.provideService(ProjectionStatus.of(balances), EventReader, held)
      expect(status.live).toMatchObject(Option.some({ position: 1, lag: 3, lagSeconds: 6, done: 0.25 }))
      expect(status.bound.heldBackBy).toEqual(heldBackBy)
    })))

  it("lists parked streams", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 13)
      yield* catchUp
      const { live } = yield* ProjectionStatus.of(balances)
      expect(Option.getOrThrow(live).parked).toMatchObject([{ stream: "account-a", attempts: 1 }])
    })))

  it("has a rebuild beside the live generation", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 4, 8)
      yield* catchUp
      yield* Stream.runDrain(Stream.take(Rebuild.rebuild(balances, { batchSize: 1 }), 1))
      const { building, live } = yield* ProjectionStatus.of(balances)
      expect(live).toMatchObject(Option.some({ position: 4, done: 1 }))
      expect(building).toMatchObject(Option.some({ position: 1, lag: 3, done: 0.25 }))
    })))

  it("has the first build as building", () =>
    run(Effect.gen(function*() {
      yield* (yield* ReadModelStore).open(balances)
      expect(yield* ProjectionStatus.of(balances)).toMatchObject({
        live: Option.none(),
        building: Option.some({ position: 0, done: 1 })
      })
    })))
})

describe("the status of all projections", () => {
  it("is ordered by name", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(total)
      yield* catchUp
      expect((yield* ProjectionStatus.all).map(({ projection }) => projection)).toEqual(["balances", "total"])
    })))

  it("is read at an interval and written to metrics", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1, 13)
      yield* catchUp
      yield* TestClock.setTime(1000)
      yield* deposit("b", 5)
      yield* TestClock.setTime(3000)
      const seen: Array<number> = []
      yield* ProjectionStatus.watch("10 seconds").pipe(
        Stream.runForEach((all) => Effect.sync(() => seen.push(all.length))),
        Effect.forkScoped
      )
      yield* pass(0)
      const valueOf = (name: string) =>
        Effect.map(
          Metric.snapshot,
          (all) => all.find(({ attributes, id }) => id === name && attributes?.["projection"] === "balances")?.state
        )
      expect(yield* valueOf("refold_projection_lag")).toMatchObject({ value: 1 })
      expect(yield* valueOf("refold_projection_lag_seconds")).toMatchObject({ value: 2 })
      expect(yield* valueOf("refold_projection_parked")).toMatchObject({ value: 1 })
      yield* Projector.catchUp(balances, hasty)
      yield* pass(10_000)
      expect(seen).toEqual([1, 1])
      expect(yield* valueOf("refold_projection_lag")).toMatchObject({ value: 0 })
    })))
})
