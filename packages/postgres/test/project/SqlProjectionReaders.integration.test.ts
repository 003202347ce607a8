// Concurrent use of projections in SQL on one server: long reads, rebuilds that are promoted during them,
// and projections that run side by side.
import { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as SqlProjections from "../support/SqlProjections.ts"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const { notes, texts } = SqlProjections

const run = SqlProjections.onServer()

test(
  "tables are not dropped while they are read, and a swap does not wait for readers",
  run(Effect.gen(function*() {
    const store = yield* ReadModelStore
    const { append, noted, projection } = yield* notes()
    yield* append("a1")
    yield* Projector.catchUp(projection)
    const [began, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const slow = projection.read(Effect.gen(function*() {
      yield* Deferred.succeed(began, undefined)
      yield* Deferred.await(go)
      return yield* texts
    }))
    const reading = yield* Effect.forkChild(slow)
    yield* Deferred.await(began)
    const old = yield* store.live(projection.name)
    yield* Stream.runDrain(Rebuild.rebuild(projection))
    yield* append("a2")
    yield* Projector.catchUp(projection)
    expect(yield* noted).toEqual(["a1", "a2"])
    expect((yield* store.generations(projection.name)).map(({ id }) => id)).toContain(old.id)
    yield* Deferred.succeed(go, undefined)
    expect(yield* Fiber.join(reading)).toEqual(["a1"])
    yield* store.open(projection)
    expect((yield* store.generations(projection.name)).map(({ id }) => id)).not.toContain(old.id)
  }))
)

test(
  "readers never fail and never get fewer events than before while rebuilds are swapped and dropped",
  run(Effect.gen(function*() {
    const { append, noted, projection } = yield* notes()
    const all = Array.from({ length: 20 }, (_, n) => `a${n}`)
    yield* append(...all)
    yield* Projector.catchUp(projection)
    let reads = 0
    const reader = Effect.forever(Effect.map(noted, (found) => {
      expect(found).toEqual(all)
      reads++
    }))
    const readers = [yield* Effect.forkChild(reader), yield* Effect.forkChild(reader)]
    for (let n = 0; n < 16; n++) {
      const before = reads
      yield* Stream.runDrain(Rebuild.rebuild(projection, { batchSize: 10 }))
      yield* (yield* ReadModelStore).open(projection)
      yield* Following.until(Effect.sync(() => reads > before))
    }
    expect(readers.map((one) => one.pollUnsafe())).toEqual([undefined, undefined])
    yield* Fiber.interruptAll(readers)
  }))
)

test(
  "projections in SQL and a projection of rows run side by side, and each handles every event",
  run(Effect.gen(function*() {
    const store = yield* EventStore
    const [one, two] = [yield* notes(), yield* notes()]
    const tally = Tally.tally({ name: "beside" })
    for (const projection of [one.projection, two.projection]) yield* Projector.start(projection, { batchSize: 7 })
    yield* Projector.start(tally, { batchSize: 7 })
    yield* Effect.forEach(
      Array.from({ length: 50 }, (_, n) => n),
      (n) =>
        Effect.all([
          one.append(`a${n}`),
          two.append(`b${n}`),
          store.append(Stores.streamName("tally-1"), [Ticks.tick(n)])
        ], {
          concurrency: 3
        })
    )
    const [last] = yield* one.append("a-last")
    for (const awaited of [one.projection, two.projection, tally]) {
      yield* ReadModel.awaitPosition(awaited, last!, { timeout: "1 minute" })
    }
    expect(yield* one.noted).toEqual([...Array.from({ length: 50 }, (_, n) => `a${n}`), "a-last"])
    expect(yield* two.noted).toEqual(Array.from({ length: 50 }, (_, n) => `b${n}`))
    expect(Option.getOrThrow(yield* ReadModel.get(tally, "tally-1")).state.count).toBe(50)
  }))
)
