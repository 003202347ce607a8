import { Position } from "@refold/core/event/Position"
import { EventReader, type SubscribeOptions } from "@refold/store/log/EventReader"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { history, run, runAtZero, stored, withStore } from "../support/Account.ts"
import { deposit, pass } from "../support/Balances.ts"

const take = (n: number, options?: SubscribeOptions) =>
  Effect.flatMap(EventReader, ({ subscribe }) => Stream.runCollect(Stream.take(subscribe(options), n))).pipe(
    Effect.map((events) => events.map(({ position }) => position))
  )

describe("a subscription", () => {
  it("emits stored events, then new ones", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      const subscriber = yield* Effect.forkScoped(take(3))
      yield* pass(0)
      expect(subscriber.pollUnsafe()).toBeUndefined()
      yield* deposit("b", 3)
      expect(yield* Fiber.join(subscriber)).toEqual([1, 2, 3])
    })))

  it("starts after the given position, which may be the last one", () =>
    runAtZero(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      expect(yield* take(1, { after: Position(1) })).toEqual([2])
      const subscriber = yield* Effect.forkScoped(take(1, { after: Position(2) }))
      yield* pass(0)
      yield* deposit("a", 3)
      expect(yield* Fiber.join(subscriber)).toEqual([3])
    })))

  it("reads the given columns, and those that it needs to continue", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      const read: Array<ReadonlyArray<string> | undefined> = []
      const watching = withStore((store) => ({
        readAll: (options = {}) => {
          read.push(options.columns)
          return store.readAll(options)
        }
      }))
      const types = yield* watching(Effect.flatMap(EventReader, ({ subscribe }) =>
        Stream.runCollect(Stream.take(
          Stream.map(subscribe({ columns: ["type"] }), ({ type }) => type),
          2
        ))))
      expect(types).toEqual(["Deposited", "Deposited"])
      expect(read).toEqual([["type", "id", "position"]])
    })))

  it.each<[string, SubscribeOptions, string]>([
    ["a negative position", { after: Position(-1) }, "after"],
    ["a category with a dash", { categories: ["a-b"] }, "categories[0]"],
    ["a type without a name", { types: [""] }, "types[0]"],
    ["a year out of range", { occurredAt: { from: DateTime.makeUnsafe(8.64e15) } }, "occurredAt.from"]
  ])("fails for %s", (_, options, field) =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      expect(yield* Effect.flip(take(1, options))).toMatchObject({ _tag: "InvalidInput", field })
    })))

  it("fails for a position beyond the last event, because the log went back or is another one", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      expect(yield* Effect.flip(take(1, { after: Position(3) }))).toMatchObject({
        _tag: "LogWentBack",
        reason: "Gone",
        after: 3,
        last: 2
      })
    })))
})

describe("a subscription that cannot read an event", () => {
  const failing = (isPermanent: boolean, failures: number) => {
    let left = failures
    return withStore((store) => ({
      readAll: (options) =>
        Stream.suspend(() =>
          left-- > 0
            ? Stream.concat(
              Stream.take(store.readAll(options), 1),
              Stream.fail(new EventStoreError({ operation: "read", cause: "no", isPermanent }))
            )
            : store.readAll(options)
        )
    }))
  }

  it("emits the events before it and fails, if the failure is permanent", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      const seen: Array<number> = []
      const following = Effect.flatMap(EventReader, ({ subscribe }) =>
        Stream.runForEach(subscribe(), ({ position }) => Effect.sync(() => seen.push(position))))
      expect(yield* Effect.flip(failing(true, 1)(following))).toMatchObject({
        _tag: "EventStoreError",
        isPermanent: true
      })
      expect(seen).toEqual([1])
    })))

  it("continues if the failure is not permanent", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      expect(yield* failing(false, 1)(take(2))).toEqual([1, 2])
    })))
})

describe("a replay", () => {
  const replay = (from: Parameters<EventReader["Service"]["replayFrom"]>[0], n: number) =>
    Effect.flatMap(EventReader, ({ replayFrom }) => Stream.runCollect(Stream.take(replayFrom(from), n))).pipe(
      Effect.map((events) => events.map(({ position }) => position))
    )

  it("starts with the event of the given position or id", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2, 3)
      const [, second] = yield* history("a")
      expect(yield* replay(second!.position, 2)).toEqual([2, 3])
      expect(yield* replay(second!.id, 2)).toEqual([2, 3])
    })))

  it("fails for an unknown event id", () =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1)
      expect(yield* Effect.flip(replay(stored(99).id, 1))).toMatchObject({ _tag: "EventNotFound", id: stored(99).id })
      expect(yield* Effect.flip(replay(Position(-1), 1))).toMatchObject({ _tag: "InvalidInput", field: "from" })
    })))
})
