import { Position } from "@refold/core/event/Position"
import { EventReader, type SubscribeOptions } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { history, run, runAtZero, stored } from "../support/Account.ts"
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

  it.each<[string, SubscribeOptions, string]>([
    ["a position beyond the last event", { after: Position(3) }, "after"],
    ["a negative position", { after: Position(-1) }, "after"],
    ["a category with a dash", { categories: ["a-b"] }, "categories[0]"],
    ["a type without a name", { types: [""] }, "types[0]"],
    ["a year out of range", { occurredAt: { from: DateTime.makeUnsafe(8.64e15) } }, "occurredAt.from"]
  ])("fails for %s", (_, options, field) =>
    run(Effect.gen(function*() {
      yield* deposit("a", 1, 2)
      expect(yield* Effect.flip(take(1, options))).toMatchObject({ _tag: "InvalidInput", field })
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
