// The memory adapter passes the laws of every adapter.
import * as EventId from "@refold/core/event/EventId"
import * as StreamName from "@refold/core/event/StreamName"
import type * as SizeLimits from "@refold/core/journal/SizeLimits"
import * as ConsumerSuite from "@refold/laws/consume/ConsumerSuite"
import * as EventStoreSuite from "@refold/laws/EventStoreSuite"
import * as SkewedClock from "@refold/laws/internal/kit/SkewedClock"
import * as LogBrowserSuite from "@refold/laws/log/LogBrowserSuite"
import * as ProcessSuite from "@refold/laws/process/ProcessSuite"
import * as ReadModelSuite from "@refold/laws/project/ReadModelSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { expect, test } from "vitest"

EventStoreSuite.suite("the memory adapter", MemoryStore.layer)

EventStoreSuite.suite(
  "the memory adapter with a clock that moves back and forth",
  Layer.provideMerge(MemoryStore.layer, SkewedClock.jittering)
)

LogBrowserSuite.suite("the memory adapter's log", MemoryStore.layer)

ReadModelSuite.suite("the memory adapter's projections", MemoryStore.layer)

ConsumerSuite.suite("the memory adapter's consumers", MemoryStore.layer)

ProcessSuite.suite("the memory adapter's processes", MemoryStore.layer)

test("an option limits the sizes of events and commits, and no limit may be above its default", () =>
  Effect.runPromise(Effect.gen(function*() {
    const append = Effect.flatMap(
      EventStore,
      (store) =>
        store.append(Result.getOrThrow(StreamName.make("sample", "1")), [{
          id: Result.getOrThrow(EventId.parse("00000000-0000-7000-8000-000000000001")),
          type: "Happened",
          schemaVersion: 1,
          data: "123456789",
          metadata: {},
          occurredAt: DateTime.makeUnsafe(0)
        }])
    )
    const refused = (limits: SizeLimits.Options) =>
      Effect.flip(Effect.provide(append, MemoryStore.layerWith({ limits })))
    expect(yield* refused({ eventData: 10 })).toMatchObject({ field: "writes[0].events[0].data" })
    expect(yield* refused({ commit: 12 })).toMatchObject({ field: "writes" })
    expect(yield* refused({ eventData: 2 ** 30 })).toMatchObject({ field: "limits.eventData" })
    yield* Effect.provide(append, MemoryStore.layerWith({ limits: { eventData: 11, commit: 13 } }))
  })))
