// The schema: created once by any number of concurrent programs, separate from other schemas, only under safe names.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { migrations } from "../../src/schema/internal/Baseline.ts"
import * as Migrations from "../../src/schema/internal/Migrations.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** Everything that a migration may create: tables, columns, functions with their text, triggers, rights, its own record. */
const catalogue = (sql: Stores.Opened["sql"], schema: string) =>
  sql.unsafe(
    `select 'relation' as kind, relname::text as name, relacl::text as detail, xmin::text as written
      from pg_class where relnamespace = $1::regnamespace
    union all select 'column', attrelid::regclass || '.' || attname, format_type(atttypid, atttypmod), a.xmin::text
      from pg_attribute a join pg_class c on c.oid = attrelid where relnamespace = $1::regnamespace
    union all select 'function', proname, prosrc || proacl::text, xmin::text
      from pg_proc where pronamespace = $1::regnamespace
    union all select 'trigger', tgname, tgenabled::text, t.xmin::text
      from pg_trigger t join pg_class c on c.oid = tgrelid where relnamespace = $1::regnamespace
    order by 1, 2`,
    [schema]
  )

describe("a store that is opened", () => {
  test("on a fresh database by several programs at the same time opens in all of them", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      const stores = yield* Effect.forEach([1, 2, 3, 4], () => Stores.open(url), { concurrency: 4 })
      const stream = Stores.freshStream()
      yield* Effect.forEach(stores, ({ store }) => store.append(stream, [Stores.event()]), { concurrency: 4 })
      expect(yield* Stores.readStream(stores[0]!.store, stream)).toHaveLength(4)
    }))))

  test(
    "a second time changes nothing",
    run(Effect.gen(function*() {
      const { sql, store, url } = yield* Stores.Database
      yield* store.append(Stores.freshStream(), [Stores.event()])
      const before = yield* catalogue(sql, "refold")
      const migrations = yield* sql`select * from refold.migrations`
      yield* Stores.open(url)
      expect(before.length).toBeGreaterThan(50)
      expect(yield* catalogue(sql, "refold")).toEqual(before)
      expect(yield* sql`select * from refold.migrations`).toEqual(migrations)
    }))
  )

  test(
    "in another schema is a separate store: events, ids, keys, snapshots and versions",
    run(Effect.gen(function*() {
      const { store, url, snapshots } = yield* Stores.Database
      const other = yield* Stores.open(url, { schema: "tenant_2" })
      const stream = Stores.freshStream()
      const event = Stores.event()
      const options = { idempotency: { key: "the same in both", fingerprint: "f" } }
      const appended = yield* store.append(stream, [event], options)
      const key = { stream, view: "v", fingerprint: "f" }
      yield* snapshots.save(key, { ...appended.streams[0], lastEventId: event.id, state: 1 })
      expect(yield* Stores.readStream(other.store, stream)).toEqual([])
      expect(yield* other.store.head).toBe(0)
      expect(yield* other.store.findAppended({ key: "the same in both", fingerprint: "f" })).toMatchObject({
        _tag: "None"
      })
      expect(yield* other.snapshots.find(key)).toMatchObject({ _tag: "None" })
      const again = yield* other.store.append(stream, [event], options)
      expect(again).toMatchObject({ deduplicated: false, position: 1, streams: [{ version: 1 }] })
    }))
  )

  for (const schema of ["_", "select", "a".repeat(50), "x1_", "public"]) {
    test(
      `may be called ${schema}`,
      run(Effect.gen(function*() {
        const { url } = yield* Stores.Database
        const { store } = yield* Stores.open(url, { schema })
        const event = Stores.event()
        yield* store.append(Stores.freshStream(), [event])
        expect(yield* Stores.readIds(store)).toEqual([event.id])
      }))
    )
  }

  const badNames = [
    "",
    "A",
    "1a",
    "a-b",
    "a.b",
    "a b",
    "ä",
    "a".repeat(51),
    `refold"; drop schema refold cascade; --`,
    `refold'; drop schema refold cascade; --`,
    "refold\n",
    "refold\u0000",
    "$1",
    "pg_mine",
    "mine_rows",
    "pg_catalog"
  ]
  for (const schema of badNames) {
    test(
      `cannot be called ${JSON.stringify(schema)}`,
      run(Effect.gen(function*() {
        const { url } = yield* Stores.Database
        for (const migrate of [true, false]) {
          expect(yield* Effect.flip(Stores.open(url, { schema, migrate }))).toMatchObject({
            _tag: "InvalidInput",
            field: "schema"
          })
        }
      }))
    )
  }
})

test("a connection that is lost while the schema is created is an error with that reason, and the next open creates it", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const proxy = yield* Proxy.start(yield* freshDatabase())
    const lost = proxy.loseRequest("CREATE SCHEMA")
    expect(yield* Effect.flip(Stores.open(proxy.url))).toMatchObject({ _tag: "EventStoreError", operation: "migrate" })
    yield* Effect.promise(() => lost)
    const { store } = yield* Stores.open(proxy.url)
    expect(yield* store.head).toBe(0)
  }))))

/** The message of the error that opening a store without migrating fails with. */
const refusal = (url: string, options: Partial<PostgresStore.ServerOptions> = {}) =>
  Effect.map(Effect.flip(Stores.open(url, { migrate: false, ...options })), ({ message }) => message)

describe("a store that does not migrate", () => {
  const remedy = (schema: string) =>
    `run PostgresStore.migrate({ schema: "${schema}" }) as the role that is to own it, or open with migrate: true`

  test("fails on open with one line that names what is missing and the remedy", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      expect(yield* refusal(url)).toBe(`open failed: the schema "refold" does not exist: ${remedy("refold")}`)
      expect(yield* refusal(url, { schema: "public" }))
        .toBe(`open failed: the schema "public" has no store: ${remedy("public")}`)
      const admin = yield* Stores.connect(url)
      yield* admin`create schema old`
      yield* admin`create table old.migrations (migration_id int)`
      expect(yield* refusal(url, { schema: "old" }))
        .toBe(`open failed: the store in the schema "old" lacks 0001_baseline: ${remedy("old")}`)
    }))))

  test("opens a store that PostgresStore.migrate has migrated, also with migrations of newer code", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      const admin = yield* Stores.connect(url)
      yield* Effect.provideService(PostgresStore.migrate(), SqlClient.SqlClient, admin)
      yield* admin`insert into refold.migrations (migration_id, name) values (2, 'of newer code')`
      const { store } = yield* Stores.open(url, { migrate: false })
      expect(yield* store.append(Stores.freshStream(), [Stores.event()])).toMatchObject({ position: 1 })
      expect(yield* (yield* Stores.open(url)).store.head).toBe(1)
    }))))
})

describe("the error of a migration without rights names the missing right, its object and the remedy:", () => {
  /** A database, a role without rights in it, and the error of migrating as that role. */
  const withoutRights = Effect.gen(function*() {
    const url = yield* freshDatabase()
    const admin = yield* Stores.connect(url)
    const unprivileged = yield* LoginRole.login({ sql: admin, url }, "unprivileged", [])
    const failure = (options: Partial<PostgresStore.ServerOptions> = {}, address = unprivileged) =>
      Effect.map(Effect.flip(Stores.open(address, options)), ({ _tag, message }) => [_tag, message])
    const expected = (message: string) => ["EventStoreError", `migrate failed: ${message}`]
    return {
      admin,
      database: new URL(url).pathname.slice(1),
      expected,
      failure,
      role: LoginRole.nameOf(unprivileged),
      url
    }
  })

  const check = (body: Effect.Effect<void, unknown, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

  test(
    "CREATE on the database",
    check(Effect.gen(function*() {
      const { admin, database, expected, failure, role } = yield* withoutRights
      const lacks = (schema: string) =>
        expected(
          `the schema "${schema}" does not exist, and the role ${role} lacks CREATE on the database ${database}: ` +
            `GRANT CREATE ON DATABASE ${database} TO ${role}, or CREATE SCHEMA "${schema}" AUTHORIZATION ${role}`
        )
      expect(yield* failure()).toEqual(lacks("refold"))
      // The second remedy, for both schemas.
      yield* admin.unsafe(`create schema refold authorization ${role}`)
      expect(yield* failure()).toEqual(lacks("refold_rows"))
    }))
  )

  test(
    "CREATE on a schema that exists",
    check(Effect.gen(function*() {
      const { admin, expected, failure, role } = yield* withoutRights
      yield* admin`revoke create on schema public from public`
      const lacks = (schema: string, rights: string) =>
        expected(
          `the role ${role} lacks ${rights} on the schema "${schema}": GRANT ${rights} ON SCHEMA "${schema}" TO ${role}, ` +
            "migrate as the owner of the schema, or choose another schema"
        )
      expect(yield* failure({ schema: "public" })).toEqual(lacks("public", "CREATE"))
      yield* admin.unsafe(`create schema refold authorization ${role}`)
      yield* admin`create schema refold_rows`
      expect(yield* failure()).toEqual(lacks("refold_rows", "USAGE, CREATE"))
    }))
  )

  test(
    "a transaction that may write",
    check(Effect.gen(function*() {
      const { admin, database, expected, failure, url } = yield* withoutRights
      const readOnly = expected(
        `the schema "public" cannot be migrated in a read-only transaction: migrate outside of it, or set ` +
          "default_transaction_read_only to off"
      )
      yield* admin.unsafe(`alter database ${database} set default_transaction_read_only = on`)
      expect(yield* failure({ schema: "public" }, url)).toEqual(readOnly)
      yield* admin.unsafe(`alter database ${database} reset default_transaction_read_only`)
      const session = yield* Stores.connect(url)
      const migrate = Effect.provideService(PostgresStore.migrate({ schema: "public" }), SqlClient.SqlClient, session)
      const inside = session.withTransaction(Effect.andThen(session`set transaction read only`, migrate))
      const { _tag, message } = yield* Effect.flip(inside)
      expect([_tag, message]).toEqual(readOnly)
      expect(yield* admin`select from pg_class where relnamespace = 'public'::regnamespace`).toEqual([])
    }))
  )
})

/** The functions of the store, with their text. */
const functions = (sql: Stores.Opened["sql"]) =>
  sql`select proname, prosrc from pg_proc where pronamespace = 'refold'::regnamespace order by 1, 2`

test(
  "a server that has standard_conforming_strings off can be migrated, and the functions work in its sessions",
  run(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const admin = yield* Stores.connect(url)
    yield* admin.unsafe(`alter database ${new URL(url).pathname.slice(1)} set standard_conforming_strings = off`)
    const { sql, store } = yield* Stores.open(url)
    const backslash = [{ name: "v", text: String.raw`CREATE VIEW refold.v AS SELECT '\b' AS text` }]
    const migrated = Migrations.run({ schema: "own", table: "migrations", migrations: { "0001_v": backslash } })
    yield* Effect.provideService(migrated, SqlClient.SqlClient, sql)
    expect(yield* sql`select text from own.v`).toEqual([{ text: "\\b" }])
    expect(yield* sql`show standard_conforming_strings`).toEqual([{ standard_conforming_strings: "off" }])
    expect(yield* functions(sql)).toEqual(yield* functions((yield* Stores.Database).sql))
    const writes = [{ stream: "a-1", events: [{ type: "A", data: {}, occurredAt: "2026-01-31T12:00:00Z" }] }]
    yield* sql`select version from refold.commit_events(${JSON.stringify(writes)}::text::jsonb)`
    expect(yield* Stores.readIds(store)).toHaveLength(1)
    const names = ["\u{1F600}".repeat(127), "\u{1F600}".repeat(128)]
    expect(
      yield* sql`select refold.name_problem(n) is null as ok from unnest(${names}::text[]) with ordinality as n(n, i)
      order by i`
    ).toEqual([{ ok: true }, { ok: false }])
    const json = `{"\u{1F600}": 1e-7, "\uE000": 1.5e21}`
    expect(yield* sql`select refold.canonical_json(${json}::text::jsonb) as text`)
      .toEqual([{ text: `{"\u{1F600}":1e-7,"\uE000":1.5e+21}` }])
  }))
)

test(
  "a migration in a transaction of the caller leaves the settings of the transaction as they were",
  run(Effect.gen(function*() {
    const sql = yield* Stores.connect(yield* freshDatabase())
    const set = sql`select set_config('search_path', 'public, pg_catalog', true),
      set_config('standard_conforming_strings', 'off', true)`
    const settings = sql`select current_setting('search_path') as path,
      current_setting('standard_conforming_strings') as strings`
    const migrate = Effect.provideService(PostgresStore.migrate(), SqlClient.SqlClient, sql)
    const found = yield* sql.withTransaction(Effect.andThen(set, Effect.andThen(migrate, settings)))
    expect(found).toEqual([{ path: "public, pg_catalog", strings: "off" }])
  }))
)

const sqlFolder = new URL("../../sql/", import.meta.url)

test("every SQL file of the package is in the baseline once", () => {
  const files = Fs.globSync("**/*.sql", { cwd: fileURLToPath(sqlFolder) }).map((path) => path.slice(0, -".sql".length))
  expect(migrations["0001_baseline"].map(({ name }) => name).toSorted()).toEqual(files.toSorted())
})

describe("the application's own migrations", () => {
  const first = { "0001_first": [{ name: "a", text: "-- The first.\nCREATE TABLE refold.a (\n  n int\n)" }] }
  const both = { ...first, "0002_second": [{ name: "b", text: "ALTER TABLE refold.a ADD COLUMN m int" }] }

  const migrate = (migrations: Migrations.Migrations, schema = "own") =>
    Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      yield* Effect.provideService(
        Migrations.run({ schema, table: "own_migrations", migrations }),
        SqlClient.SqlClient,
        sql
      )
      return yield* sql.unsafe(`select column_name::text as name, obj_description('${schema}.a'::regclass) as comment,
        (select count(*)::int from ${schema}.own_migrations) as migrations
        from information_schema.columns where table_schema = '${schema}' and table_name = 'a' order by ordinal_position`)
    })

  test(
    "run once each, in the order of their numbers, and are recorded in their own table",
    run(Effect.gen(function*() {
      expect(yield* migrate(first)).toEqual([{ name: "n", comment: "The first.", migrations: 1 }])
      expect(yield* migrate(both)).toEqual(["n", "m"].map((name) => ({ name, comment: "The first.", migrations: 2 })))
      expect(yield* migrate(both)).toHaveLength(2)
    }))
  )

  test(
    "can run in the schema of the store",
    run(Effect.gen(function*() {
      expect(yield* migrate(both, "refold")).toHaveLength(2)
    }))
  )

  test(
    "change nothing if one of their statements fails, and the error has the reason",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      const broken = { ...first, "0002_broken": [{ name: "broken", text: "CREATE TABLE refold.b (n nothing)" }] }
      expect(yield* Effect.flip(migrate(broken, "failed"))).toMatchObject({
        _tag: "EventStoreError",
        message: "migrate failed: Migration \"2_broken\" failed: type \"nothing\" does not exist"
      })
      expect(yield* sql`select to_regnamespace('failed') as schema`).toEqual([{ schema: null }])
    }))
  )
})
