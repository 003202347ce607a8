// The contract of the port to read models for generations, on a server and on the embedded database: how they begin, which
// one is live, and when they are dropped.
import { Position } from "@refold/core/event/Position"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, test } from "vitest"
import * as ReadModels from "../support/ReadModels.ts"

const { build, changes, goLive, own, parked, projection, read, row, save } = ReadModels

describe.each(ReadModels.databases)("on %s", (_, on) => {
  const run = on()
  const setUp = Effect.map(ReadModels.AnyDatabase, (opened) => ({ ...opened, wanted: projection() }))

  describe("a projection that is opened", () => {
    test(
      "for the first time begins one generation",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const before = yield* DateTime.now
        const [begun] = yield* readModels.open(wanted)
        const { updatedAt, ...rest } = begun!
        expect(rest).toEqual({
          id: expect.any(Number),
          projection: wanted.name,
          version: 1,
          status: "Building",
          checkpoint: 0,
          revision: expect.any(String),
          rate: 0,
          parked: 0,
          definition: wanted.definition,
          replacedAt: undefined,
          newer: undefined,
          addition: undefined,
          partitions: 1,
          partitionedBy: undefined,
          repartition: undefined
        })
        expect(Math.abs(updatedAt.epochMilliseconds - before.epochMilliseconds)).toBeLessThan(60_000)
        expect(yield* readModels.open(wanted)).toEqual([begun])
        expect(yield* readModels.generations(wanted.name)).toEqual([begun])
      }))
    )

    test(
      "with a higher version is built beside the live rows, and both are kept up to date",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const live = yield* goLive(readModels, wanted)
        const opened = yield* readModels.open({ ...wanted, version: 2 })
        expect(opened).toMatchObject([{ id: live.id, status: "Live" }, { version: 2, status: "Building" }])
        expect(yield* readModels.live(wanted.name)).toMatchObject({ id: live.id, version: 1 })
      }))
    )

    test(
      "with a lower version than the live one is refused",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        yield* goLive(readModels, { ...wanted, version: 3 })
        const outdated = { _tag: "ProjectionOutdated", projection: wanted.name, version: 2, live: 3 }
        expect(yield* Effect.flip(readModels.open({ ...wanted, version: 2 }))).toMatchObject(outdated)
        expect(yield* Effect.flip(readModels.begin({ ...wanted, version: 2 }, "Building"))).toMatchObject(outdated)
        expect(yield* Effect.flip(readModels.begin({ ...wanted, version: 2 }, "Scratch"))).toMatchObject(outdated)
        expect(yield* readModels.generations(wanted.name)).toHaveLength(1)
      }))
    )

    test(
      "does not change generations that are being built for other versions",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        for (const version of [2, 3, 1]) {
          const opened = yield* readModels.open({ ...wanted, version })
          expect(opened.map((one) => one.version)).toEqual([version])
        }
        expect(yield* readModels.generations(wanted.name)).toHaveLength(3)
      }))
    )

    test(
      "drops a replaced generation and its table",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const old = yield* goLive(readModels, wanted)
        const next = yield* goLive(readModels, wanted)
        const tables = sql`select from pg_class where relname = ${`rows_${old.id}`}`
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ status: "Retired" }, { status: "Live" }])
        expect(yield* tables).toHaveLength(1)
        expect(yield* readModels.open(wanted)).toMatchObject([{ id: next.id }])
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ id: next.id }])
        expect(yield* tables).toHaveLength(0)
      }))
    )

    test(
      "keeps a generation that a higher version has replaced for an hour, because code of its version still reads it",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const old = yield* goLive(readModels, wanted, { rows: [row("a", 1)] })
        const higher = { ...wanted, version: 2 }
        const next = yield* goLive(readModels, higher, { rows: [row("a", 2)] })
        yield* readModels.open(higher)
        expect(yield* read(readModels, wanted, ["a"])).toEqual([row("a", 1)])
        expect(yield* read(readModels, higher, ["a"])).toEqual([row("a", 2)])
        yield* sql`update refold.projection_generations set replaced_at = clock_timestamp() - interval '59 minutes'
          where id = ${old.id}`
        yield* readModels.open(higher)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ id: old.id }, { id: next.id }])
        yield* sql`update refold.projection_generations set replaced_at = clock_timestamp() - interval '61 minutes'
          where id = ${old.id}`
        yield* readModels.open(higher)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ id: next.id }])
        // With the same definition, the live rows are read.
        expect(yield* read(readModels, wanted, ["a"])).toEqual([row("a", 2)])
      }))
    )

    test(
      "drops a generation that was being built for a version older than the live one",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const building = yield* build(readModels, wanted)
        const live = yield* goLive(readModels, { ...wanted, version: 2 })
        yield* sql`update refold.projection_generations set status = 'Building' where id = ${building.id}`
        yield* readModels.open({ ...wanted, version: 2 })
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ id: live.id }])
      }))
    )

    test(
      "does not drop a generation that has become needed since the list was read",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const live = yield* goLive(readModels, wanted, { rows: [row("a")] })
        const building = yield* build(readModels, wanted)
        for (const { id } of [live, building]) {
          expect(yield* sql`select refold.drop_generation(${id}, true, 200) as dropped`).toEqual([{ dropped: false }])
        }
        expect(yield* read(readModels, wanted, ["a"])).toEqual([row("a")])
        expect(yield* readModels.generations(wanted.name)).toHaveLength(2)
      }))
    )

    test(
      "drops scratch generations that have not changed for a day",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const [old, other] = [yield* readModels.begin(wanted, "Scratch"), yield* readModels.begin(wanted, "Scratch")]
        yield* sql`update refold.projection_partitions set updated_at = now() - interval '25 hours' where generation = ${old.id}`
        yield* sql`update refold.projection_partitions set updated_at = now() - interval '23 hours' where generation = ${other.id}`
        yield* readModels.open(projection())
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ id: other.id }])
      }))
    )

    test(
      "leaves nothing if its tables cannot be created",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const fields = Array.from({ length: 40 }, (_, n) => ({ field: `f${n}`, kind: "Text" as const }))
        const error = yield* Effect.flip(readModels.open({ ...wanted, indexes: [{ name: "too wide", fields }] }))
        expect(error).toMatchObject({ _tag: "EventStoreError", operation: "begin generation" })
        expect(yield* readModels.generations(wanted.name)).toEqual([])
        expect(yield* readModels.open(wanted)).toHaveLength(1)
      }))
    )
  })

  describe("a generation", () => {
    test(
      "for a rebuild is the one that is being built, if there is one; a scratch generation is always new",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        yield* goLive(readModels, wanted)
        const rebuild = yield* build(readModels, wanted)
        expect(yield* build(readModels, wanted)).toEqual(rebuild)
        const scratch = yield* readModels.begin(wanted, "Scratch")
        expect((yield* readModels.begin(wanted, "Scratch")).id).not.toBe(scratch.id)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([
          { status: "Live" },
          { id: rebuild.id, status: "Building" },
          { id: scratch.id, status: "Scratch" },
          { status: "Scratch" }
        ])
        expect((yield* readModels.generations()).length).toBeGreaterThanOrEqual(4)
      }))
    )

    test(
      "is dropped with its rows and parked streams, and its id is never used again",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const generation = yield* build(readModels, wanted)
        yield* save(readModels, generation, { rows: [row("a")], parked: [parked("thing-1")] })
        yield* readModels.drop(generation.id)
        yield* readModels.drop(generation.id)
        expect(yield* readModels.generations(wanted.name)).toEqual([])
        expect(yield* readModels.listParked(generation.id)).toEqual([])
        expect(yield* sql`select from pg_class where relname = ${`rows_${generation.id}`}`).toEqual([])
        expect(yield* readModels.update(generation.id, () => Effect.die("it has no body"))).toEqual(Option.none())
        expect((yield* build(readModels, wanted)).id).toBeGreaterThan(generation.id)
      }))
    )
  })

  describe("a promotion", () => {
    const promote = (readModels: ReadModels.Opened["readModels"], generation: { readonly id: number }, at = 1) =>
      own(
        readModels,
        generation,
        (batch) => Effect.andThen(batch.save(changes({ checkpoint: Position(at) })), batch.promote)
      )

    test(
      "makes the first generation live, and replaces the live generation if the new one is at the same checkpoint",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const first = yield* build(readModels, wanted)
        expect(yield* promote(readModels, first, 5)).toBe(true)
        const second = yield* build(readModels, wanted)
        expect(yield* promote(readModels, second, 4)).toBe(false)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ status: "Live" }, { status: "Building" }])
        expect(yield* promote(readModels, second, 5)).toBe(true)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ status: "Retired" }, { status: "Live" }])
        expect(yield* promote(readModels, second, 6)).toBe(false)
        expect(
          yield* readModels.update(first.id, () => Effect.die("it has no body"))
        ).toEqual(Option.none())
      }))
    )

    test(
      "of a higher version retires the generations that are being built for lower versions, and no others",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const [one, two, three] = [
          yield* build(readModels, wanted),
          yield* build(readModels, { ...wanted, version: 2 }),
          yield* build(readModels, { ...wanted, version: 3 })
        ]
        const other = yield* build(readModels, projection())
        expect(yield* promote(readModels, two)).toBe(true)
        const statuses = Effect.map(
          readModels.generations(),
          (all) => [one, two, three, other].map(({ id }) => all.find((each) => each.id === id)!.status)
        )
        expect(yield* statuses).toEqual(["Retired", "Live", "Building", "Building"])
      }))
    )

    test(
      "retires the promoted generation if a higher version is live",
      run(Effect.gen(function*() {
        const { readModels, sql, wanted } = yield* setUp
        const one = yield* build(readModels, wanted)
        const two = yield* build(readModels, { ...wanted, version: 2 })
        yield* promote(readModels, two)
        yield* sql`update refold.projection_generations set status = 'Building' where id = ${one.id}`
        expect(yield* promote(readModels, one, 100)).toBe(false)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ status: "Retired" }, { status: "Live" }])
      }))
    )

    test(
      "never makes a scratch generation live",
      run(Effect.gen(function*() {
        const { readModels, wanted } = yield* setUp
        const scratch = yield* readModels.begin(wanted, "Scratch")
        expect(yield* promote(readModels, scratch)).toBe(false)
        expect(yield* readModels.generations(wanted.name)).toMatchObject([{ status: "Scratch" }])
      }))
    )
  })
})
