// The schemas of generations: tables of rows in a schema beside the store's, or a schema for each generation of a projection
// with tables of its own; under any name of the store's schema, and with the rights of each kind of role.
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import { describe, expect, test } from "vitest"
import type * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const { build, changes, goLive, own, projection, read, row, save } = ReadModels

const orStoreError = <A>(effect: Effect.Effect<A, SqlError.SqlError>) =>
  Effect.mapError(effect, (cause) => new EventStoreError({ operation: "test", cause }))

/** A projection with its own table `balance`. */
const withTable = (sql: ReadModels.Opened["sql"]) =>
  projection({ setup: Effect.asVoid(orStoreError(sql`create table balance (account text, amount int)`)) })

const path = (sql: ReadModels.Opened["sql"]) =>
  Effect.map(sql<{ path: string }>`select current_setting('search_path') as path`, ([row]) => row!.path)

describe.each(ReadModels.databases)("on %s", (_, on) => {
  const run = on()
  const setUp = Effect.map(ReadModels.AnyDatabase, (opened) => ({ ...opened, wanted: withTable(opened.sql) }))

  test(
    "a projection with tables of its own has them in a schema for each generation, which only its batches can use",
    run(Effect.gen(function*() {
      const { readModels, sql, wanted } = yield* setUp
      const usual = yield* path(sql)
      const [one, two] = [yield* goLive(readModels, wanted), yield* build(readModels, { ...wanted, version: 2 })]
      for (const [{ id }, amount] of [[one, 1], [two, 2]] as const) {
        yield* own(readModels, { id }, (batch) =>
          Effect.gen(function*() {
            expect(yield* path(sql)).toBe(`refold_${id}, public, pg_temp`)
            yield* sql`insert into balance values ('a', ${amount})`
            yield* batch.save(changes())
          }))
        expect(yield* sql.unsafe(`select amount from refold_${id}.balance`)).toEqual([{ amount }])
        expect(yield* sql`select from pg_class where relname = ${`rows_${id}`}`).toEqual([])
      }
      expect(yield* path(sql)).toBe(usual)
      expect(Exit.isFailure(yield* Effect.exit(sql`select from balance`))).toBe(true)
      yield* readModels.drop(one.id)
      expect(yield* sql`select nspname from pg_namespace where nspname ~ '^refold_\\d+$'`).toEqual([
        { nspname: `refold_${two.id}` }
      ])
      yield* readModels.drop(two.id)
    }))
  )

  test(
    "a version with rows is not treated as one with tables, or the other way round",
    run(Effect.gen(function*() {
      const { readModels, wanted } = yield* setUp
      const withRows = projection({ name: wanted.name })
      for (
        const [known, other] of [[wanted, withRows], [{ ...withRows, version: 2 }, { ...wanted, version: 2 }]] as const
      ) {
        yield* goLive(readModels, known)
        expect(yield* Effect.flip(readModels.open(other))).toMatchObject({ _tag: "DefinitionMismatch" })
        expect(yield* Effect.flip(readModels.begin(other, "Building"))).toMatchObject({ _tag: "DefinitionMismatch" })
      }
    }))
  )

  test(
    "in the caller's transaction the search_path is restored after a successful and a failed batch",
    run(Effect.gen(function*() {
      const { readModels, sql, wanted } = yield* setUp
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`set local search_path = pg_catalog`
        const [generation] = yield* readModels.open(wanted)
        expect(yield* path(sql)).toBe("pg_catalog")
        yield* own(readModels, generation!, () => sql`insert into balance values ('a', 1)`)
        expect(yield* path(sql)).toBe("pg_catalog")
        yield* Effect.flip(own(readModels, generation!, () => Effect.fail("the body's own")))
        expect(yield* path(sql)).toBe("pg_catalog")
      }))
    }))
  )

  test(
    "a setup that fails leaves nothing",
    run(Effect.gen(function*() {
      const { readModels, sql, wanted } = yield* setUp
      const schemas = sql`select nspname from pg_namespace`
      const before = yield* schemas
      const failing = Effect.andThen(wanted.setup!, new EventStoreError({ operation: "set up", cause: "no" }))
      expect(yield* Effect.flip(readModels.open({ ...wanted, setup: failing }))).toMatchObject({
        operation: "set up"
      })
      expect(yield* readModels.generations(wanted.name)).toEqual([])
      expect(yield* schemas).toEqual(before)
    }))
  )

  test(
    "a projection with tables of its own has no rows to read",
    run(Effect.gen(function*() {
      const { readModels, store, wanted } = yield* setUp
      const { id } = yield* goLive(readModels, wanted)
      const stream = Stores.freshStream()
      const inline = [{ projection: wanted.name, version: 1, definition: wanted.definition, stream, state: 1 }]
      const { streams: [place] } = yield* store.append(stream, [Stores.event()], { inline })
      yield* readModels.catchUpRows(wanted, [ReadModels.rowAt(place)])
      expect((yield* Effect.flip(read(readModels, wanted, ["a"]))).message).toBe(
        `read rows failed: projection "${wanted.name}" has tables of its own`
      )
      expect(yield* Effect.flip(save(readModels, { id }, { rows: [row("a")] }))).toMatchObject({
        _tag: "EventStoreError"
      })
    }))
  )

  test(
    "a schema that was not created for the generation is not dropped with it",
    run(Effect.gen(function*() {
      const { readModels, sql, wanted } = yield* setUp
      const { id } = yield* goLive(readModels, wanted)
      yield* sql.unsafe(`drop schema refold_${id} cascade`)
      yield* sql.unsafe(`create schema refold_${id}`)
      expect((yield* Effect.flip(readModels.drop(id))).message).toContain(`was not created for generation ${id}`)
      expect(yield* readModels.live(wanted.name)).toMatchObject({ id })
      yield* sql.unsafe(`drop schema refold_${id}`)
      yield* readModels.drop(id)
    }))
  )
})

const run = Stores.runner()

for (const schema of ["tenant_2", "select", "public", "a".repeat(50)]) {
  test(
    `all operations work in a schema called ${schema}`,
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { readModels, sql, store } = yield* Stores.open(url, { schema })
      const wanted = projection({ indexes: [{ name: "n", fields: [{ field: "n", kind: "Number" }] }] })
      yield* goLive(readModels, wanted, { rows: [row("a", { n: 1 })] })
      yield* goLive(readModels, { ...wanted, version: 2 }, { rows: [row("a", { n: 2 })] })
      expect(yield* readModels.open({ ...wanted, version: 2 })).toHaveLength(1)
      expect(yield* read(readModels, { ...wanted, version: 2 }, ["a"])).toEqual([row("a", { n: 2 })])
      const own = withTable(sql)
      const { id } = yield* goLive(readModels, own)
      const [namespace] = yield* sql<{ name: string }>`select relnamespace::regnamespace::text as name, relname
        from pg_class where relname = 'balance'`
      expect(namespace!.name.replaceAll("\"", "")).toBe(`${schema}_${id}`)
      yield* readModels.drop(id)
      expect(yield* sql`select from pg_class where relname = 'balance'`).toEqual([])
      yield* store.append(Stores.freshStream(), [Stores.event()])
    }))
  )
}

test("two stores in one database do not share projections", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const [one, two] = [yield* Stores.open(url), yield* Stores.open(url, { schema: "refold_two" })]
    const wanted = projection()
    yield* goLive(one.readModels, wanted, { rows: [row("a", 1)] })
    expect(yield* Effect.flip(read(two.readModels, wanted, ["a"]))).toMatchObject({ _tag: "UnknownProjection" })
    yield* goLive(two.readModels, wanted, { rows: [row("a", 2)] })
    expect(yield* read(one.readModels, wanted, ["a"])).toMatchObject([{ state: 1 }])
  }))))

describe("roles", () => {
  /** A store that is opened as a role of this kind. */
  const as = (opened: Stores.Opened, kind: PostgresStore.RoleKind) =>
    Effect.gen(function*() {
      const url = yield* LoginRole.ofKind(opened, [kind])
      return { ...yield* Stores.open(url, { migrate: false }), name: LoginRole.nameOf(url) }
    })

  test("a projector, a writer and a reader need only the rights of their kind", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const opened = yield* Stores.open(yield* freshDatabase())
      const projector = yield* as(opened, "projector")
      const writer = yield* as(opened, "writer")
      const reader = yield* as(opened, "reader")
      const wanted = ReadModels.inlineProjection({ indexes: [{ name: "n", fields: [{ field: "n", kind: "Number" }] }] })
      yield* goLive(projector.readModels, wanted)
      yield* save(projector.readModels, yield* projector.readModels.live(wanted.name), {
        rows: [row("a", { n: 1 })],
        removed: ["b"],
        parked: [ReadModels.parked("thing-1")],
        unparked: [Stores.streamName("thing-2")]
      })
      yield* goLive(projector.readModels, wanted, { rows: [row("a", { n: 2 })] })
      yield* projector.readModels.open(wanted)
      expect(yield* projector.readModels.generations()).toHaveLength(1)
      const stream = Stores.freshStream()
      const inline = [{ projection: wanted.name, version: 1, definition: wanted.definition, stream, state: { n: 3 } }]
      yield* writer.store.append(stream, [Stores.event()], { inline })
      const rows = yield* read(reader.readModels, wanted, [stream, "a"])
      expect(rows).toMatchObject([{ state: { n: 3 } }, { state: { n: 2 } }])
      const { id } = yield* goLive(projector.readModels, withTable(projector.sql))
      yield* own(projector.readModels, { id }, () => projector.sql`insert into balance values ('a', 1)`)
      expect(yield* reader.sql.unsafe(`select amount from refold_${id}.balance`)).toEqual([{ amount: 1 }])
      yield* projector.readModels.drop(id)
      // The writer can write neither rows nor another role's generation.
      const live = yield* reader.readModels.live(wanted.name)
      for (const { readModels, sql } of [writer, reader]) {
        const denied = [
          sql.unsafe(`update refold_rows.rows_${live.id} set state = '{}'`),
          sql`update refold.projection_partitions set checkpoint = 0`,
          sql`create table refold.mine ()`
        ]
        for (const statement of denied) {
          const { reason } = yield* Effect.flip(statement)
          expect(reason.cause).toMatchObject({ code: "42501" })
        }
        expect(yield* Effect.flip(readModels.update(live.id, () => Effect.void))).toMatchObject({
          _tag: "EventStoreError"
        })
      }
      expect(yield* projector.readModels.update(live.id, () => Effect.succeed(1))).toEqual(Option.some(1))
    }))))

  test("a writer cannot replace objects that write_inline_rows uses as its owner", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const opened = yield* Stores.open(yield* freshDatabase())
      const { readModels, sql, url } = opened
      const database = new URL(url).pathname.slice(1)
      const writer = yield* as(opened, "writer")
      yield* sql.unsafe(`grant create on database ${database} to ${writer.name}`)
      const wanted = ReadModels.inlineProjection()
      yield* goLive(readModels, wanted)
      yield* sql`create table sprung (role text)`
      yield* sql`grant all on sprung to public`
      yield* writer.sql`create schema trap`
      yield* writer.sql`grant all on schema trap to public`
      // Matches the call more closely than PostgreSQL's own function, which takes any argument.
      yield* writer.sql.unsafe(`create function trap.format(text, text) returns text language plpgsql as
        $$ begin insert into public.sprung values (current_user); return pg_catalog.format($1, $2); end $$`)
      const stream = Stores.freshStream()
      const { position } = yield* opened.store.append(stream, [Stores.event()])
      yield* writer.sql.withTransaction(Effect.gen(function*() {
        yield* writer.sql`set local search_path = trap, pg_catalog`
        const rows =
          `array['${wanted.name}'], array[1], array['${wanted.definition}'], array['${stream}'], array['1'::jsonb], array[${position}::bigint], array[1::bigint]`
        yield* writer.sql.unsafe(`select refold.write_inline_rows(${rows})`)
        yield* writer.sql.unsafe(`select format('the trap %s'::text, 'works'::text)`)
      }))
      expect(yield* sql`select * from sprung where role = ${writer.name}`).toHaveLength(1)
      expect(yield* sql`select * from sprung where role <> ${writer.name}`).toEqual([])
      expect(yield* read(readModels, wanted, [stream])).toHaveLength(1)
    }))))
})
