// The application's own SQL beside a store: installed once, created again when it changes, and other objects stay unchanged.
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { expect, test } from "vitest"
import * as SqlSchema from "../../src/schema/SqlSchema.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const files = {
  greeting:
    `-- The greeting.\n-- It's $comment$ 100 %.\nCREATE FUNCTION own.greeting() RETURNS text LANGUAGE sql AS $$ SELECT :'words' $$`,
  events:
    `-- How many there are.\nCREATE VIEW own.events AS SELECT count(*) AS n, own.greeting() FROM refold.event_store`,
  kept: `-- Numbers.\nCREATE TABLE own.kept (\n  -- One.\n  n int PRIMARY KEY,\n  long text\n)`
}

const install = (own: Readonly<Record<string, string>>, options: Partial<SqlSchema.SqlSchema> = {}) =>
  Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    return yield* Effect.provideService(
      SqlSchema.install({
        name: "own",
        files: Object.entries(own).map(([name, text]) => ({ name, text })),
        values: { words: "it's me \\ $1" },
        ...options
      }),
      SqlClient.SqlClient,
      sql
    )
  })

const inDatabase = Effect.gen(function*() {
  const { sql } = yield* Stores.Database
  return yield* sql<{ n: bigint; greeting: string }>`select * from own.events`
})

test(
  "is installed with its values and comments, and not changed while the files are the same",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* install(files)
    expect((yield* inDatabase)[0]).toMatchObject({ greeting: "it's me \\ $1" })
    yield* sql`insert into own.kept values (1)`
    yield* install(files)
    expect(yield* sql`select n from own.kept`).toEqual([{ n: 1 }])
    const [found] =
      yield* sql`select obj_description('own.greeting'::regproc) as f, obj_description('own.events'::regclass) as v,
      col_description('own.kept'::regclass, 1) as c`
    expect(found).toEqual({ f: "The greeting.\nIt's $comment$ 100 %.", v: "How many there are.", c: "One." })
  }))
)

test(
  "is created again if a file or a value has changed",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* install(files)
    yield* sql`insert into own.kept values (2)`
    yield* install(files, { values: { words: "other" } })
    expect((yield* inDatabase)[0]).toMatchObject({ greeting: "other" })
    expect(yield* sql`select n from own.kept`).toEqual([])
    yield* install({ greeting: files.greeting })
    expect(yield* sql`select to_regclass('own.kept') as kept`).toEqual([{ kept: null }])
  }))
)

test(
  "is not changed if an object outside depends on it, and the error names that object",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* install(files, { schema: "wanted" })
    yield* sql`create view public.report as select * from wanted.events`
    yield* sql`create function public.reports() returns setof wanted.kept language sql as 'select * from wanted.kept'`
    const error = yield* Effect.flip(install(files, { schema: "wanted", values: { words: "new" } }))
    expect(String((error as { cause?: unknown }).cause)).toMatch(/drop report, reports\(\), and create them again/)
    expect(yield* sql`select greeting from public.report`).toEqual([{ greeting: "it's me \\ $1" }])
    yield* sql`drop function public.reports()`
    yield* sql`drop view public.report`
    yield* install(files, { schema: "wanted", values: { words: "new" } })
    expect(yield* sql`select greeting from wanted.events`).toEqual([{ greeting: "new" }])
  }))
)

test(
  "keeps the grants to roles on objects that still exist",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    const role = "refold_sql_schema_reader"
    yield* Effect.acquireRelease(
      sql.unsafe(`create role ${role}`),
      () => Effect.orDie(Effect.andThen(sql.unsafe(`drop owned by ${role}`), sql.unsafe(`drop role ${role}`)))
    )
    const may = sql.unsafe(`select has_schema_privilege('${role}', 'granted', 'usage') as schema,
      has_table_privilege('${role}', 'granted.events', 'select') as view,
      has_function_privilege('${role}', 'granted.greeting()', 'execute') as routine`)
    yield* install(files, { schema: "granted" })
    yield* sql`revoke all on function granted.greeting() from public`
    for (
      const on of [
        "usage on schema granted",
        "select on granted.events, granted.kept",
        "execute on function granted.greeting()"
      ]
    ) {
      yield* sql.unsafe(`grant ${on} to ${role}`)
    }
    const { events, greeting } = files
    yield* install({ greeting, events, shut: "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA own FROM PUBLIC" }, {
      schema: "granted"
    })
    expect(yield* may).toEqual([{ schema: true, view: true, routine: true }])
  }))
)

test(
  "is installed into the given schema, beside the given store",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* install(files, { schema: "elsewhere" })
    expect(yield* sql`select greeting from elsewhere.events`).toHaveLength(1)
    const error = yield* Effect.flip(install(files, { schema: "lost", store: "no_store" }))
    expect(error).toMatchObject({ _tag: "EventStoreError", operation: "install SQL" })
    expect(yield* sql`select to_regnamespace('lost') as lost`).toEqual([{ lost: null }])
  }))
)

test(
  "is not changed if a statement fails",
  run(Effect.gen(function*() {
    yield* install(files)
    const broken = {
      ...files,
      broken: "-- Broken.\nCREATE FUNCTION own.broken() RETURNS nothing LANGUAGE sql AS $$ $$"
    }
    const error = yield* Effect.flip(install(broken))
    expect(String((error as { cause?: unknown }).cause)).toContain("nothing")
    expect(yield* inDatabase).toHaveLength(1)
  }))
)

test(
  "never drops a schema that it did not create",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    yield* sql`create schema if not exists somebodys`
    yield* sql`create table if not exists somebodys.table (n int)`
    const error = yield* Effect.flip(install(files, { schema: "somebodys" }))
    expect(error).toMatchObject({
      _tag: "EventStoreError",
      cause: expect.stringContaining("was not installed from files")
    })
    expect(yield* sql`select to_regclass('somebodys.table') is not null as kept`).toEqual([{ kept: true }])
  }))
)

test.each([["name", "Own"], ["schema", "a-b"], ["schema", "pg_own"], ["store", "x\"; --"], ["schema", "refold"]])(
  "refuses %s %s",
  (field, name) =>
    run(Effect.gen(function*() {
      const error = yield* Effect.flip(install(files, { [field]: name }))
      expect(error).toMatchObject({ _tag: "InvalidInput", field })
    }))()
)

test(
  "the error for a missing value names the value and its file",
  run(Effect.gen(function*() {
    const error = yield* Effect.flip(install(files, { values: {} }))
    expect(String((error as { cause?: unknown }).cause)).toContain("greeting: no value for :'words'")
  }))
)

test(
  "processes that install at the same time wait for each other",
  run(Effect.gen(function*() {
    const all = Array.from({ length: 4 }, () => install(files, { schema: "together" }))
    yield* Effect.all(all, { concurrency: "unbounded" })
    const { sql } = yield* Stores.Database
    expect(yield* sql`select greeting from together.events`).toHaveLength(1)
  }))
)
