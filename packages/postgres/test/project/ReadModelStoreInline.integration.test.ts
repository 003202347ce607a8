// Rows of inline projections: stored in the statement that appends the events or not at all, with the position and version of
// the last event of their stream, in every generation of their version, and never over a newer row.
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { InlineRow } from "@refold/store/log/EventStore"
import type { StoredProjection } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Proxy from "../support/Proxy.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const { build, goLive, inlineProjection: projection, read, row, save } = ReadModels

const inlineRow = ({ definition, name, version }: StoredProjection, stream: StreamName, state: Json): InlineRow => ({
  projection: name,
  version,
  definition,
  stream,
  state
})

describe.each(ReadModels.databases)("on %s", (_, on) => {
  const run = on()
  const setUp = Effect.gen(function*() {
    const opened = yield* ReadModels.AnyDatabase
    const wanted = projection()
    const stream = Stores.freshStream()
    const live = yield* goLive(opened.readModels, wanted)
    return {
      ...opened,
      wanted,
      stream,
      live,
      stored: read(opened.readModels, wanted, [stream]),
      append: (state: Json, events = 1, of: StoredProjection = wanted) =>
        opened.store.append(stream, [Stores.event(), ...Array.from({ length: events - 1 }, () => Stores.event())], {
          inline: [inlineRow(of, stream, state)]
        })
    }
  })

  test(
    "an inline row has the place of the last event and is replaced by the next row, without a new revision",
    run(Effect.gen(function*() {
      const { append, live, readModels, stored, stream, wanted } = yield* setUp
      const first = yield* append({ n: 1 }, 3)
      const place = ({ streams: [write] }: typeof first) => ({ position: write.position, version: write.version })
      expect(first.streams[0].version).toBe(3)
      expect(yield* stored).toEqual([{ key: stream, state: { n: 1 }, ...place(first) }])
      const second = yield* append([null, "ä\u{1F600}"])
      expect(yield* stored).toEqual([{ key: stream, state: [null, "ä\u{1F600}"], ...place(second) }])
      expect(yield* readModels.live(wanted.name)).toMatchObject({ id: live.id, revision: live.revision, checkpoint: 1 })
    }))
  )

  test(
    "a commit of several streams stores the rows of several projections, each at its stream's place",
    run(Effect.gen(function*() {
      const { readModels, store, stream, wanted } = yield* setUp
      const another = projection()
      yield* goLive(readModels, another)
      const [longer, silent] = [Stores.freshStream(), Stores.freshStream()]
      const write = (to: StreamName, count: number) => ({
        stream: to,
        expected: ExpectedVersion.Any,
        events: [Stores.event(), ...Array.from({ length: count - 1 }, () => Stores.event())] as const
      })
      yield* store.append(longer, [Stores.event(), Stores.event()])
      const { streams } = yield* store.commit({ writes: [write(longer, 2), write(stream, 3)] }, [
        inlineRow(wanted, stream, "a"),
        inlineRow(another, stream, "b"),
        inlineRow(wanted, longer, "c"),
        inlineRow(wanted, silent, "of a stream that is not in the commit"),
        inlineRow({ ...wanted, version: 2 }, stream, "of a version without a generation"),
        inlineRow(projection(), stream, "of an unknown projection"),
        inlineRow(another, stream, "given twice")
      ])
      const [ofLonger, ofStream] = [streams[0], streams[1]!]
      expect(yield* read(readModels, wanted, [longer, stream, silent])).toEqual([
        { key: longer, state: "c", position: ofLonger.position, version: 4 },
        { key: stream, state: "a", position: ofStream.position, version: 3 }
      ])
      expect(yield* read(readModels, another, [stream, longer])).toMatchObject([{ version: 3 }])
    }))
  )

  test(
    "nothing is stored with a conflict, a known event id or another content under the same key",
    run(Effect.gen(function*() {
      const { append, store, stored, stream, wanted } = yield* setUp
      const key = { idempotency: { key: randomUUID() } }
      const event = Stores.event()
      yield* store.append(stream, [event], key)
      yield* append("kept")
      const before = yield* stored
      const inline = [inlineRow(wanted, stream, "never")]
      const failures = [
        store.append(stream, [Stores.event()], { inline, expected: ExpectedVersion.NoStream }),
        store.append(stream, [event], { inline }),
        store.append(stream, [Stores.event({ type: "Other" })], { ...key, inline })
      ]
      const tags = yield* Effect.forEach(failures, (failure) => Effect.map(Effect.flip(failure), ({ _tag }) => _tag))
      expect(tags).toEqual(["VersionConflict", "DuplicateEventId", "IdempotencyConflict"])
      expect(yield* stored).toEqual(before)
    }))
  )

  test(
    "nothing is stored if the commit was stored before",
    run(Effect.gen(function*() {
      const { readModels, store, stored, stream, wanted } = yield* setUp
      const options = (state: Json) => ({
        idempotency: { key: stream, fingerprint: "f" },
        inline: [inlineRow(wanted, stream, state)]
      })
      yield* store.append(stream, [Stores.event()], options("first"))
      yield* store.append(stream, [Stores.event()], { inline: [inlineRow(wanted, stream, "second")] })
      const repeated = yield* store.append(stream, [Stores.event()], options("repeated"))
      expect(repeated.deduplicated).toBe(true)
      expect(yield* stored).toMatchObject([{ state: "second", version: 2 }])
      expect((yield* readModels.live(wanted.name)).checkpoint).toBe(1)
    }))
  )

  test(
    "a row is stored in the live generation and in those that are being built, in no others, and never over a newer row",
    run(Effect.gen(function*() {
      const { append, live, readModels, stream, wanted } = yield* setUp
      const building = yield* build(readModels, wanted)
      const scratch = yield* readModels.begin(wanted, "Scratch")
      const newer = { ...row(stream, "newer"), version: StreamVersion(100), position: Position(1e15) }
      yield* save(readModels, building, { rows: [newer] })
      yield* append("new")
      const states = (id: number) =>
        Effect.map(read(readModels, wanted, [stream], id), (rows) => rows.map(({ state }) => state))
      expect(yield* states(live.id)).toEqual(["new"])
      expect(yield* states(building.id)).toEqual(["newer"])
      expect(yield* states(scratch.id)).toEqual([])
    }))
  )

  test(
    "a later batch does not overwrite the row of a later event",
    run(Effect.gen(function*() {
      const { append, live, readModels, stored, stream } = yield* setUp
      yield* append("inline", 2)
      yield* save(readModels, live, { rows: [row(stream, "of the batch", 1)], keepsNewer: true })
      expect(yield* stored).toMatchObject([{ state: "inline", version: 2 }])
    }))
  )

  test(
    "in the caller's transaction the row is committed or rolled back with it",
    run(Effect.gen(function*() {
      const { append, sql, stored, stream, store } = yield* setUp
      const error = yield* Effect.flip(sql.withTransaction(Effect.gen(function*() {
        yield* append("gone")
        expect(yield* stored).toMatchObject([{ state: "gone" }])
        return yield* Effect.fail("the caller's own")
      })))
      expect(error).toBe("the caller's own")
      expect(yield* stored).toEqual([])
      expect(yield* Stores.readStream(store, stream)).toEqual([])
      yield* sql.withTransaction(Effect.andThen(append("one"), append("two")))
      expect(yield* stored).toMatchObject([{ state: "two", version: 2 }])
    }))
  )

  test(
    "the events are stored even if no projection stores the row",
    run(Effect.gen(function*() {
      const { append, store, stored, stream } = yield* setUp
      yield* append("nowhere", 1, projection())
      expect(yield* Stores.readStream(store, stream)).toHaveLength(1)
      expect(yield* stored).toEqual([])
    }))
  )
})

describe("on a server with concurrent programs", () => {
  const run = Stores.runner()

  test(
    "writers of one stream leave the row of its last event",
    run(Effect.gen(function*() {
      const { readModels, store } = yield* Stores.Database
      const wanted = projection()
      yield* goLive(readModels, wanted)
      const [stream, other] = [Stores.freshStream(), Stores.freshStream()]
      const write = (to: StreamName) => ({
        stream: to,
        expected: ExpectedVersion.Any,
        events: [Stores.event()] as const
      })
      // In both orders, although rows are locked in one order.
      const commits = Array.from(
        { length: 60 },
        (_, n) =>
          store.commit({ writes: n % 2 === 0 ? [write(stream), write(other)] : [write(other), write(stream)] }, [
            inlineRow(wanted, n % 3 === 0 ? stream : other, n),
            inlineRow(wanted, n % 3 === 0 ? other : stream, n)
          ])
      )
      yield* Effect.all(commits, { concurrency: "unbounded" })
      const rows = yield* read(readModels, wanted, [stream, other])
      expect(rows).toMatchObject([{ version: 60 }, { version: 60 }])
      const last = yield* Stores.readStream(store, stream)
      expect(rows[0]!.position).toBe(last.at(-1)!.position)
    }))
  )

  test(
    "an append whose answer was lost is not stored twice, and its row is there",
    run(Effect.gen(function*() {
      const { readModels, store, url } = yield* Stores.Database
      const wanted = projection()
      yield* goLive(readModels, wanted)
      const proxy = yield* Proxy.start(url)
      const lossy = yield* Stores.open(proxy.url, { migrate: false })
      const stream = Stores.freshStream()
      const lost = proxy.loseAnswer("lose this")
      yield* lossy.store.append(stream, [Stores.event()], { inline: [inlineRow(wanted, stream, "lose this")] })
      yield* Effect.promise(() => lost)
      expect(yield* Stores.readStream(store, stream)).toHaveLength(1)
      expect(yield* read(readModels, wanted, [stream])).toMatchObject([{ state: "lose this", version: 1 }])
    }))
  )

  /** A generation that is still listed while its table is already dropped, as a concurrent writer may find it. */
  const halfDropped = Effect.gen(function*() {
    const opened = yield* Stores.Database
    const wanted = projection()
    const { id } = yield* goLive(opened.readModels, wanted)
    yield* opened.sql.unsafe(`drop table refold_rows.rows_${id}`)
    const stream = Stores.freshStream()
    const append = opened.store.append(stream, [Stores.event()], { inline: [inlineRow(wanted, stream, "late")] })
    const stored = Stores.readStream(opened.store, stream)
    return { ...opened, wanted, id, append, stored, stream }
  })

  test(
    "an append during which a generation is dropped is sent again, until the generation is not listed any more",
    run(Effect.gen(function*() {
      const { append, id, readModels, stored } = yield* halfDropped
      const appending = yield* Effect.forkChild(append)
      yield* Effect.sleep("300 millis")
      expect(yield* stored).toEqual([])
      yield* readModels.drop(id)
      expect(yield* Fiber.join(appending)).toMatchObject({ deduplicated: false, streams: [{ version: 1 }] })
      expect(yield* stored).toHaveLength(1)
    }))
  )

  test(
    "in the caller's transaction that is an error, and nothing is stored",
    run(Effect.gen(function*() {
      const { append, id, readModels, sql, stored } = yield* halfDropped
      const error = yield* Effect.flip(sql.withTransaction(append))
      expect(error).toMatchObject({ _tag: "EventStoreError", operation: "append" })
      expect(yield* stored).toEqual([])
      yield* readModels.drop(id)
    }))
  )

  test(
    "rows that a reader has folded are stored on a retry if a generation is dropped meanwhile",
    run(Effect.gen(function*() {
      const { id, readModels, sql, store, stream, wanted } = yield* halfDropped
      const { streams: [place] } = yield* store.append(stream, [Stores.event()])
      expect(yield* Effect.flip(readModels.catchUpRows(wanted, [ReadModels.rowAt(place)]))).toMatchObject({
        _tag: "EventStoreError",
        operation: "catch up rows"
      })
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* Effect.flip(readModels.catchUpRows(wanted, [ReadModels.rowAt(place)]))
        yield* sql`select 1`
      }))
      yield* readModels.drop(id)
      yield* readModels.catchUpRows(wanted, [ReadModels.rowAt(place)])
    }))
  )

  test(
    "appends continue while generations are swapped and dropped, and the last generations have their rows",
    run(Effect.gen(function*() {
      const { readModels, store } = yield* Stores.Database
      const wanted = projection()
      yield* goLive(readModels, wanted)
      const streams = Array.from({ length: 4 }, () => Stores.freshStream())
      const isOver = yield* Ref.make(false)
      const writers = yield* Effect.forEach(streams, (stream) =>
        Effect.forkChild(Effect.gen(function*() {
          for (let n = 1; !(yield* Ref.get(isOver)); n++) {
            yield* store.append(stream, [Stores.event()], { inline: [inlineRow(wanted, stream, n)] })
          }
        })))
      for (let swaps = 0; swaps < 25; swaps++) {
        yield* goLive(readModels, wanted)
        yield* readModels.open(wanted)
      }
      yield* Ref.set(isOver, true)
      for (const writer of writers) yield* Fiber.join(writer)
      for (const stream of streams) {
        const last = (yield* Stores.readStream(store, stream)).at(-1)!
        yield* store.append(stream, [Stores.event()], { inline: [inlineRow(wanted, stream, "last")] })
        expect(yield* read(readModels, wanted, [stream])).toMatchObject([{ state: "last", version: last.version + 1 }])
      }
    }))
  )
})
