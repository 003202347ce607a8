// The contract of the port to read models for the contents of a generation, on a server and on the embedded database: batches,
// rows, parked streams, discarded events, reads.
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

class Refused extends Data.TaggedError("Refused") {}

const { build, changes, goLive, own, parked, projection, read, row, save } = ReadModels

describe.each(ReadModels.databases)("on %s", (_, on) => {
  const run = on()
  const setUp = Effect.map(ReadModels.AnyDatabase, (opened) => ({ ...opened, wanted: projection() }))

  describe("a batch", () => {
    test(
      "stores rows, removals, checkpoint and rate, and changes the revision only if rows change",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const state = { text: "ä \u{1F600} \uFF5E", list: [1, null, { a: true }], n: 1e300 }
        yield* save(readModels, generation, { rows: [row("b", state, 7), row("a"), row("c")], rate: 2.5 })
        const [first] = yield* readModels.generations(wanted.name)
        expect(first).toMatchObject({ checkpoint: 1, rate: 2.5 })
        expect(first!.revision).not.toBe(generation.revision)
        yield* save(readModels, generation, {
          rows: [row("a", "new", 2)],
          removed: ["c", "d"],
          checkpoint: Position(8e15)
        })
        const [second] = yield* readModels.generations(wanted.name)
        expect([generation.revision, first!.revision]).not.toContain(second!.revision)
        yield* save(readModels, generation, { checkpoint: Position(9e15), rate: 3 })
        const [saved] = yield* readModels.generations(wanted.name)
        expect(saved).toMatchObject({ checkpoint: 9e15, revision: second!.revision, rate: 3 })
        expect(DateTime.isGreaterThanOrEqualTo(saved!.updatedAt, generation.updatedAt)).toBe(true)
        const rows = yield* own(readModels, generation, (batch) => batch.rows(["d", "c", "b", "a"]))
        expect(rows).toEqual([row("b", state, 7), row("a", "new", 2)])
      }))
    )

    test(
      "of 2,000 rows is stored, and stored again",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        for (const step of [1, 3_000_000]) {
          // Small and large numbers in one batch.
          const rows = Array.from({ length: 2_000 }, (_, n) => row(`key ${n}`, { n, step }, 1 + n * step))
          yield* save(readModels, generation, { rows })
          const stored = yield* own(readModels, generation, (batch) => batch.rows(rows.map(({ key }) => key)))
          expect(stored).toEqual(rows)
        }
      }))
    )

    test(
      "writes rows before it is saved, rolls back those of a failed effect, and has a new revision",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const write = { keepsNewer: false, removed: [] }
        const seen = yield* own(readModels, generation, (batch) =>
          Effect.gen(function*() {
            yield* batch.writeRows({ ...write, rows: [row("a"), row("b")] })
            const failing = Effect.andThen(
              batch.writeRows({ ...write, rows: [row("a", "undone", 2), row("c")], removed: ["b"] }),
              Effect.fail(new Refused())
            )
            const undone = yield* Effect.flip(batch.undoOnFailure(failing))
            const rows = yield* batch.rows(["a", "b", "c"])
            yield* batch.undoOnFailure(batch.writeRows({ ...write, rows: [row("d")], removed: ["b"] }))
            yield* batch.save(changes())
            return { undone, rows }
          }))
        expect(seen).toEqual({ undone: new Refused(), rows: [row("a"), row("b")] })
        expect(yield* own(readModels, generation, (batch) => batch.rows(["a", "b", "c", "d"]))).toEqual([
          row("a"),
          row("d")
        ])
        const [stored] = yield* readModels.generations(wanted.name)
        expect(stored!.revision).not.toBe(generation.revision)
      }))
    )

    test(
      "with `keepsNewer` does not overwrite rows that are newer or equally new",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        yield* save(readModels, generation, { rows: [row("a", "5", 5), row("b", "5", 5), row("c", "5", 5)] })
        const older = [row("a", "4", 4), row("b", "other 5", 5), row("c", "6", 6), row("d", "1", 1)]
        yield* save(readModels, generation, { rows: older, keepsNewer: true })
        const rows = own(readModels, generation, (batch) => batch.rows(["a", "b", "c", "d"]))
        expect((yield* rows).map(({ state }) => state)).toEqual(["5", "5", "6", "1"])
        yield* save(readModels, generation, { rows: older })
        expect((yield* rows).map(({ state }) => state)).toEqual(["4", "other 5", "6", "1"])
      }))
    )

    test(
      "reads its own uncommitted changes",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const stream = Stores.streamName("thing-1")
        const seen = yield* own(readModels, generation, (batch) =>
          Effect.gen(function*() {
            yield* batch.save(changes({ rows: [row("a")], parked: [parked(stream)] }))
            yield* batch.discard([{ position: Position(1), stream, version: StreamVersion(1), reason: "why not" }])
            return [
              yield* batch.rows(["a"]),
              (yield* batch.parked([stream])).length,
              yield* batch.discarded(Position(0), Position(9))
            ]
          }))
        expect(seen).toEqual([[row("a")], 1, [1]])
      }))
    )

    test(
      "whose body fails is not stored, and its failure passes through unchanged",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const stream = Stores.streamName("thing-1")
        const failing = <E>(error: E) =>
          own(readModels, generation, (batch) =>
            Effect.gen(function*() {
              yield* batch.save(changes({ rows: [row("a")], parked: [parked(stream)] }))
              yield* batch.discard([{ position: Position(1), stream, version: StreamVersion(1), reason: "why not" }])
              yield* batch.promote
              return yield* Effect.fail(error)
            }))
        expect(yield* Effect.flip(failing(new Refused()))).toBeInstanceOf(Refused)
        expect(yield* Effect.flip(failing("as it is"))).toBe("as it is")
        // An SqlError of the body is not treated as an error of the store.
        const syntax = own(readModels, generation, (batch) => Effect.andThen(batch.save(changes()), sql`nonsense`))
        expect(yield* Effect.flip(syntax)).toMatchObject({ _tag: "SqlError" })
        expect(yield* readModels.generations(wanted.name)).toEqual([generation])
        expect(yield* own(readModels, generation, (batch) => batch.rows(["a"]))).toEqual([])
        expect(yield* readModels.listDiscarded(wanted.name)).toEqual([])
      }))
    )

    test(
      "that cannot be stored fails with an error of the store",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const error = yield* Effect.flip(save(readModels, generation, { checkpoint: Position(-1) }))
        expect(error).toMatchObject({ _tag: "EventStoreError", operation: "update projection" })
        expect(yield* readModels.generations(wanted.name)).toEqual([generation])
      }))
    )

    test(
      "joins the caller's transaction and is rolled back with it",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        expect(yield* readModels.inTransaction).toBe(false)
        yield* Effect.flip(sql.withTransaction(Effect.gen(function*() {
          expect(yield* readModels.inTransaction).toBe(true)
          yield* save(readModels, generation, { rows: [row("a")] })
          return yield* new Refused()
        })))
        expect(yield* readModels.generations(wanted.name)).toEqual([generation])
        yield* sql.withTransaction(Effect.gen(function*() {
          yield* Effect.flip(
            own(
              readModels,
              generation,
              (batch) => Effect.andThen(batch.save(changes({ rows: [row("a")] })), new Refused())
            )
          )
          yield* save(readModels, generation, { rows: [row("b")] })
        }))
        expect(
          yield* own(readModels, generation, (batch) => batch.rows(["a", "b"]))
        ).toEqual([row("b")])
      }))
    )
  })

  describe("parked streams", () => {
    test(
      "are listed in the order of their positions, replaced, released, and counted",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const [a, b, c] = [Stores.streamName("thing-a"), Stores.streamName("thing-b"), Stores.streamName("thing-c")]
        const far = { position: Position(5_000_000_000), version: StreamVersion(4_000_000_000) }
        yield* save(readModels, generation, { parked: [parked(a, far), parked(b, { position: Position(3) })] })
        yield* save(readModels, generation, { parked: [parked(c, { position: Position(4) })] })
        const listed = yield* readModels.listParked(generation.id)
        expect(listed.map(({ parkedAt: _at, ...one }) => one)).toEqual([
          parked(b, { position: Position(3) }),
          parked(c, { position: Position(4) }),
          parked(a, far)
        ])
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ parked: 3, revision: generation.revision }])
        const found = own(readModels, generation, (batch) => batch.parked([c, a, Stores.streamName("thing-z")]))
        expect((yield* found).map(({ stream }) => stream)).toEqual([c, a])
        const again = {
          position: Position(40),
          version: StreamVersion(2),
          type: "Other",
          stage: "Keys",
          attempts: 4
        } as const
        yield* save(readModels, generation, { parked: [parked(c, { ...again, reason: "again" })] })
        expect(yield* found).toMatchObject([{ stream: c, ...again, reason: "again" }, { stream: a }])
        // A stream in both lists is parked again.
        yield* save(readModels, generation, { unparked: [c, b], parked: [parked(c, { attempts: 9, stage: "Row" })] })
        const left = yield* readModels.listParked(generation.id)
        expect(left).toMatchObject([{ stream: c, attempts: 9, stage: "Row" }, { stream: a }])
        expect(yield* own(readModels, generation, (batch) => Effect.succeed(batch.generation))).toMatchObject({
          parked: 2
        })
      }))
    )

    test(
      "may have any reason",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        const reason = "'; drop --\n\u0000 \ud800 \u{1F600}"
        yield* save(readModels, generation, { parked: [parked("thing-1", { reason })] })
        expect(yield* readModels.listParked(generation.id)).toMatchObject([
          { reason: "'; drop --\n\ufffd \ufffd \u{1F600}" }
        ])
      }))
    )

    test(
      "belong to one generation",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const live = yield* goLive(readModels, wanted, { parked: [parked("thing-1")] })
        const rebuild = yield* build(readModels, wanted)
        expect(rebuild.parked).toBe(0)
        expect(yield* own(readModels, rebuild, (batch) => batch.parked([Stores.streamName("thing-1")]))).toEqual([])
        expect(yield* readModels.live(wanted.name)).toMatchObject({ id: live.id, parked: 1 })
      }))
    )
  })

  test(
    "discarded events belong to the projection, independently of its generations",
    run(Effect.gen(function*() {
      const { readModels, wanted } = yield* setUp
      const generation = yield* build(readModels, wanted)
      const discarded = (position: number, reason = "because") => ({
        position: Position(position),
        stream: Stores.streamName("thing-1"),
        version: StreamVersion(2),
        reason
      })
      const facts = [discarded(6_000_000_000), discarded(2), discarded(3, "first"), discarded(3, "last \u0000")]
      yield* own(readModels, generation, (batch) => batch.discard(facts))
      yield* readModels.drop(generation.id)
      const next = yield* build(readModels, { ...wanted, version: 2 })
      const inRange = own(readModels, next, (batch) =>
        Effect.all([
          batch.discarded(Position(2), Position(6_000_000_000)),
          batch.discarded(Position(0), Position(2))
        ]))
      expect(yield* inRange).toEqual([[3, 6_000_000_000], [2]])
      const listed = yield* readModels.listDiscarded(wanted.name)
      expect(listed.map(({ discardedAt: _at, ...one }) => one)).toEqual([
        discarded(2),
        discarded(3, "last \ufffd"),
        discarded(6_000_000_000)
      ])
      expect(yield* readModels.listDiscarded("another")).toEqual([])
    }))
  )

  describe("reading", () => {
    test(
      "without a live generation fails with the information whether one is being built",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const unknown = { _tag: "UnknownProjection", projection: wanted.name }
        expect(yield* Effect.flip(read(readModels, wanted, ["a"]))).toMatchObject(unknown)
        expect(yield* Effect.flip(readModels.live(wanted.name))).toMatchObject(unknown)
        yield* readModels.begin(wanted, "Scratch")
        expect(yield* Effect.flip(readModels.live(wanted.name))).toMatchObject(unknown)
        yield* save(readModels, yield* build(readModels, wanted), { checkpoint: Position(7) })
        const notReady = { _tag: "ProjectionNotReady", projection: wanted.name, checkpoint: 7 }
        expect(yield* Effect.flip(read(readModels, wanted, ["a"]))).toMatchObject(notReady)
        expect(yield* Effect.flip(readModels.live(wanted.name))).toMatchObject(notReady)
      }))
    )

    test(
      "returns the existing rows, in the order of the keys, and their generation",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const keys = ["b", "'\"\\:x --", "\u{1F600}", "ä"]
        const { id } = yield* goLive(readModels, wanted, {
          rows: keys.map((key) => row(key)),
          checkpoint: Position(5)
        })
        const source = wanted
        const selected = yield* readModels.read(source, { _tag: "Keys", keys: [...keys, "none", "b"] })
        expect(selected.rows.map(({ key }) => key)).toEqual([...keys, "b"])
        expect(selected.generation).toEqual(yield* readModels.live(wanted.name))
        expect(selected.generation).toMatchObject({ id, version: 1, status: "Live", checkpoint: 5 })
        expect(yield* readModels.read(source, { _tag: "Keys", keys: [] })).toEqual({ ...selected, rows: [] })
      }))
    )

    test(
      "uses a new live generation, even if the old one is dropped at once",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        for (const build of [1, 2, 3, 4]) {
          const before = build === 1 ? undefined : yield* readModels.live(wanted.name)
          yield* goLive(readModels, wanted, { rows: [row("a", build)] })
          if (build === 3) yield* readModels.drop(before!.id)
          const once = read(readModels, wanted, ["a"])
          if (build === 4) yield* readModels.open(wanted)
          expect(yield* build < 3 ? once : sql.withTransaction(once)).toMatchObject([{ state: build }])
        }
      }))
    )

    test(
      "in a transaction continues after a table was dropped",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const old = yield* goLive(readModels, wanted, { rows: [row("a", 1)] })
        yield* read(readModels, wanted, ["a"])
        yield* goLive(readModels, { ...wanted, version: 2 }, { rows: [row("a", 2)] })
        yield* readModels.drop(old.id)
        const [rows, one] = yield* sql.withTransaction(
          Effect.all([read(readModels, wanted, ["a"]), sql`select 1::int as one`])
        )
        expect(rows).toMatchObject([{ state: 2 }])
        expect(one).toEqual([{ one: 1 }])
      }))
    )

    test(
      "of a given generation works in any status until it is dropped",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const scratch = yield* readModels.begin(wanted, "Scratch")
        yield* save(readModels, scratch, { rows: [row("a", 1)] })
        expect(yield* read(readModels, wanted, ["a"], scratch.id)).toEqual([row("a", 1)])
        expect(yield* Effect.flip(read(readModels, projection(), ["a"], scratch.id))).toMatchObject({
          _tag: "UnknownProjection"
        })
        yield* readModels.drop(scratch.id)
        expect(yield* Effect.flip(read(readModels, wanted, ["a"], scratch.id))).toMatchObject({
          _tag: "UnknownProjection",
          projection: wanted.name
        })
      }))
    )
  })

  test(
    "rows that a reader has caught up are stored if they are newer, in all generations of their version",
    run(Effect.gen(function*() {
      const { readModels, store } = yield* setUp
      const wanted = ReadModels.inlineProjection()
      const eventsOf = Effect.fnUntraced(function*(count: number) {
        const stream = Stores.freshStream()
        yield* Effect.forEach(Array.from({ length: count }), () => store.append(stream, [Stores.event()]))
        return yield* Stores.readStream(store, stream)
      })
      const [a, b, c] = [yield* eventsOf(3), yield* eventsOf(5), yield* eventsOf(1)]
      const rowOf = (events: typeof a, version: number) => ReadModels.rowAt(events[version - 1]!, version)
      const live = yield* goLive(readModels, wanted, { rows: [rowOf(a, 2), rowOf(b, 5)] })
      const building = yield* build(readModels, wanted)
      const other = yield* build(readModels, { ...wanted, version: 2 })
      const scratch = yield* readModels.begin({ ...wanted, version: 2 }, "Scratch")
      const { revision } = yield* readModels.live(wanted.name)
      yield* readModels.catchUpRows(wanted, [rowOf(a, 3), rowOf(b, 4), rowOf(a, 1), rowOf(c, 1)])
      yield* readModels.catchUpRows(wanted, [])
      const keys = [a, b, c].map(([first]) => first!.stream)
      const states = (id: number) =>
        Effect.map(
          read(readModels, wanted, keys, id),
          (rows) => keys.flatMap((key) => rows.filter((row) => row.key === key)).map(({ state }) => state)
        )
      expect(yield* states(live.id)).toEqual([3, 5, 1])
      expect(yield* states(building.id)).toEqual([3, 4, 1])
      expect(yield* states(other.id)).toEqual([])
      expect(yield* states(scratch.id)).toEqual([])
      expect(yield* readModels.live(wanted.name)).toMatchObject({ revision, checkpoint: 1 })
    }))
  )
})
