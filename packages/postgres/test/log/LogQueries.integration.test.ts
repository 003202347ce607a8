// Queries of the log: the head and the sessions that hold it back, an event by its id, the versions of streams.
import type { EventId } from "@refold/core/event/EventId"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

describe("the bound", () => {
  test(
    "of an empty store is 0, and no session holds it back",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { reader } = yield* Stores.open(url, { schema: "empty" })
      expect(yield* reader.bound).toEqual({ head: 0, last: 0, heldBackBy: [] })
    }))
  )

  test(
    "names the sessions that hold readers back, the oldest first, and the last event above the head",
    run(Effect.gen(function*() {
      const { reader, store, url } = yield* Stores.Database
      const [early, late] = [yield* Stores.connect(url), yield* Stores.connect(url)]
      const start = yield* store.head
      const before = yield* DateTime.now
      yield* early`begin`
      yield* late`begin`
      yield* Stores.appendBySql(late)
      yield* Stores.appendBySql(early)
      const { position } = yield* store.append(Stores.freshStream(), [Stores.event()])
      const { head, heldBackBy, last } = yield* reader.bound
      expect({ head, last }).toEqual({ head: start, last: position })
      const description = (pid: number) => `session ${pid} (application "by hand", user postgres)`
      expect(heldBackBy.map((holder) => holder.description)).toEqual([
        description(yield* Stores.backend(early)),
        description(yield* Stores.backend(late))
      ])
      const now = yield* DateTime.now
      for (const { since } of heldBackBy) {
        // The two readings of the server's clock may differ by a millisecond.
        expect(DateTime.toEpochMillis(since)).toBeGreaterThanOrEqual(DateTime.toEpochMillis(before) - 1)
        expect(DateTime.toEpochMillis(since)).toBeLessThanOrEqual(DateTime.toEpochMillis(now) + 1)
      }
      yield* early`rollback`
      expect((yield* reader.bound).heldBackBy).toHaveLength(1)
      yield* late`commit`
      expect(yield* reader.bound).toEqual({ head: position, last: position, heldBackBy: [] })
    }))
  )

  test(
    "does not name sessions that only read, write to another store or hold other locks",
    run(Effect.gen(function*() {
      const { reader, url } = yield* Stores.Database
      yield* Stores.open(url, { schema: "neighbour" })
      const other = yield* Stores.connect(url)
      yield* other`begin`
      yield* other`select pg_current_xact_id()::text, count(*) from refold.event_store`
      yield* other`select pg_advisory_xact_lock_shared(1, 1)`
      yield* Stores.appendBySql(other, Stores.freshStream(), "neighbour")
      const { head, heldBackBy, last } = yield* reader.bound
      expect({ head, heldBackBy }).toEqual({ head: last, heldBackBy: [] })
    }))
  )
})

describe("findEvent", () => {
  test(
    "finds an event by its id, in upper or lower case, with the same content as reads",
    run(Effect.gen(function*() {
      const { reader, store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const event = Stores.event({ data: { a: [1] }, metadata: { actor: "me" } })
      yield* store.append(stream, [Stores.event(), event])
      const [, recorded] = yield* Stores.readStream(store, stream)
      expect(yield* reader.findEvent(event.id)).toEqual(Option.some(recorded))
      expect(yield* reader.findEvent(event.id.toUpperCase() as EventId)).toEqual(Option.some(recorded))
      expect(yield* reader.findEvent(Stores.event().id)).toEqual(Option.none())
    }))
  )

  test(
    "refuses an invalid id",
    run(Effect.gen(function*() {
      const { reader } = yield* Stores.Database
      expect(yield* Effect.flip(reader.findEvent("1" as EventId))).toMatchObject({ _tag: "InvalidInput", field: "id" })
    }))
  )
})

describe("streamVersions", () => {
  test(
    "are in the order of the request, with 0 for an unknown stream, also for a repeated stream and for none",
    run(Effect.gen(function*() {
      const { reader, store } = yield* Stores.Database
      const [one, three] = [Stores.freshStream(), Stores.freshStream()]
      yield* store.append(one, [Stores.event()])
      yield* store.append(three, [Stores.event(), Stores.event(), Stores.event()])
      const unknown = Stores.freshStream()
      expect(yield* reader.streamVersions([three, unknown, one, three])).toEqual([3, 0, 1, 3])
      expect(yield* reader.streamVersions([])).toEqual([])
    }))
  )

  test(
    "refuse an invalid stream name",
    run(Effect.gen(function*() {
      const { reader } = yield* Stores.Database
      const streams = [Stores.freshStream(), "none" as ReturnType<typeof Stores.freshStream>]
      expect(yield* Effect.flip(reader.streamVersions(streams))).toMatchObject({
        _tag: "InvalidInput",
        field: "streams[1]"
      })
    }))
  )
})
