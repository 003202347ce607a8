import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import { EventReader, type SubscribeStreamOptions } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { run, stored, stream } from "../support/Account.ts"

const take = (count: number, options?: SubscribeStreamOptions) =>
  Effect.flatMap(
    EventReader,
    ({ subscribeStream }) => Stream.runCollect(Stream.take(subscribeStream(stream("a"), options), count))
  )

const append = (...numbers: ReadonlyArray<number>) =>
  Effect.flatMap(EventStore, (store) => Effect.forEach(numbers, (n) => store.append(stream("a"), [stored(n)])))

describe("a subscription to a stream", () => {
  it("begins before the stream exists", () =>
    run(Effect.gen(function*() {
      const fiber = yield* Effect.forkScoped(take(2))
      yield* append(1, 2)
      expect((yield* Fiber.join(fiber)).map(({ version }) => version)).toEqual([1, 2])
    })))

  it("delivers more events than one batch", () =>
    run(Effect.gen(function*() {
      yield* append(...Array.from({ length: 1001 }, (_, n) => n))
      const versions = (yield* take(1001)).map(({ version }) => Number(version))
      expect(versions).toEqual(Array.from({ length: 1001 }, (_, n) => n + 1))
    })))

  it.each<[string, SubscribeStreamOptions, string]>([
    ["a version beyond its last event", { after: StreamVersion(2) }, "after"],
    ["a negative version", { after: StreamVersion(-1) }, "after"],
    ["a type without a name", { types: [""] }, "types[0]"]
  ])("refuses %s", (_, options, field) =>
    run(Effect.gen(function*() {
      yield* append(1)
      expect(yield* Effect.flip(take(1, options))).toMatchObject({ _tag: "InvalidInput", field })
    })))

  it("fails if the last event that it delivered is gone", () =>
    Effect.runPromise(
      Effect.gen(function*() {
        yield* append(1)
        const putBack = yield* (yield* LogCopy).take
        yield* append(2)
        const reader = yield* EventReader
        const seen: Array<number> = []
        const fiber = yield* Effect.forkScoped(
          Stream.runForEach(reader.subscribeStream(stream("a")), ({ version }) => Effect.sync(() => seen.push(version)))
        )
        yield* Effect.repeat(Effect.yieldNow, { until: () => seen.length === 2 })
        yield* putBack
        yield* append(3)
        expect(yield* Effect.flip(Fiber.join(fiber))).toMatchObject({ _tag: "LogWentBack", reason: "Gone" })
        expect(seen).toEqual([1, 2])
      }).pipe(Effect.scoped, Effect.provide(MemoryStore.layerWithCopies))
    ))
})
