// Legacy tables with keys and columns of many types, under other settings of the server, and partitioned.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { onDatabase, triggers } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

/** The types of all events, stream by stream. */
const types = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{ types: string }>`select string_agg(type, ' ' order by version) as types from refold.event_store
      group by stream order by stream`,
    (rows) => rows.map(({ types }) => types)
  )

/** A table whose key has this type, and other columns that are not in the mapping. */
const createTable = (sql: SqlClient.SqlClient, key: string, others = "") =>
  sql.unsafe(`create table accounts (id ${key}, owner text, balance text, opened_at timestamptz${others})`)

const insert = (sql: SqlClient.SqlClient, ...keys: ReadonlyArray<string>) =>
  sql.unsafe(`insert into accounts (id, owner, balance) values ${keys.map((key) => `(${key}, 'Ada', '1.00')`).join()}`)

describe("a transaction at a higher isolation level", () => {
  test(
    "as the server's default is overridden: a switch-over includes commits during its wait for writers",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable({ isUnique: true })
        yield* Accounts.fill(3)
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        const address = new URL(url)
        address.searchParams.set("options", "-c default_transaction_isolation=serializable")
        const strict = yield* Stores.connect(address.href)
        const writer = yield* Stores.connect(url)
        yield* writer`begin`
        yield* writer`update accounts set balance = '9.00' where id = 1`
        const switching = yield* Effect.forkScoped(
          Effect.provideService(LegacyTable.switchOver(mapping), SqlClient.SqlClient, strict)
        )
        const waits = Stores.untilWaitingFor(sql, yield* Stores.backend(writer), 1)
        yield* Effect.raceFirst(waits, Fiber.join(switching))
        yield* writer`commit`
        expect(isEqual(yield* Fiber.join(switching))).toBe(true)
        expect(yield* types(sql)).toEqual(["Opened Moved", "Opened", "Opened"])
      })
    )
  )

  test(
    "of the caller is refused by all operations that store events",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable({ isUnique: true })
        yield* LegacyTable.seed(mapping)
        const refused = { field: "transaction", rule: "must be at READ COMMITTED, not repeatable read" }
        const uses = [
          Effect.asVoid(LegacyTable.seed(mapping)),
          Effect.asVoid(LegacyTable.catchUp(mapping)),
          Effect.asVoid(LegacyTable.switchOver(mapping))
        ]
        for (const use of uses) {
          const failure = yield* sql.withTransaction(use).pipe(
            Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL REPEATABLE READ"),
            Effect.flip
          )
          expect(failure).toMatchObject(refused)
        }
      })
    )
  )
})

describe("keys", () => {
  for (
    const [type, one, two] of [
      ["char(7)", "'Ada'", "'Bob'"],
      ["bit(4)", "b'0101'", "b'1100'"],
      ["timestamptz", "'2020-01-01Z'", "'2020-06-01Z'"],
      ["interval", "'1 day'", "'1 mon'"],
      ["int[]", "'{1,2}'", "'{3}'"],
      ["boolean", "true", "false"],
      ["varchar(9) collate \"C\"", "'Ada'", "'bob'"]
    ] as const
  ) {
    test(
      `of the type ${type} are found again`,
      onDatabase(({ sql }) =>
        Effect.gen(function*() {
          yield* createTable(sql, type)
          yield* insert(sql, one, two)
          yield* LegacyTable.capture(mapping)
          yield* LegacyTable.seed(mapping)
          expect(yield* LegacyTable.seed(mapping)).toMatchObject({ rows: 2, changed: 0, removed: 0 })
          yield* sql.unsafe(`update accounts set balance = '2.00' where id = ${one}`)
          expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 1, skipped: 0 })
          expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
          expect((yield* types(sql)).toSorted()).toEqual(["Opened", "Opened Moved"])
        })
      )
    )
  }

  test(
    "with a collation are compared by it",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* sql`create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`
        yield* createTable(sql, "text collate loose")
        yield* insert(sql, "'Ada'", "'Bob'")
        yield* LegacyTable.seed(mapping)
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({ rows: 2, changed: 0, removed: 0 })
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  for (const [type, was, is] of [["numeric", "1.0", "1.00"], ["text collate loose", "'Ada'", "'ada'"]] as const) {
    test(
      `that change to a text that is equal for ${type} end one stream and begin another`,
      onDatabase(({ sql }) =>
        Effect.gen(function*() {
          yield* sql`create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`
          yield* createTable(sql, type)
          yield* insert(sql, was)
          yield* LegacyTable.seed(mapping)
          yield* sql.unsafe(`update accounts set id = ${is}`)
          expect(yield* LegacyTable.reconcile(mapping)).toMatchObject({ missing: { count: 1 }, extra: { count: 1 } })
          yield* LegacyTable.seed(mapping)
          expect((yield* types(sql)).toSorted()).toEqual(["Opened", "Opened Closed"])
          expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
          // Both at once share a key, and the known one does not end.
          yield* insert(sql, was)
          expect(yield* LegacyTable.seed(mapping)).toMatchObject({ rows: 2, removed: 0, skipped: 1 })
        })
      )
    )
  }

  test(
    "of any length do not make the application's writes fail",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* createTable(sql, "text")
        yield* LegacyTable.capture(mapping)
        const long = Array.from({ length: 500 }, () => randomUUID()).join("")
        yield* sql`insert into accounts values (${long}, 'Ada', '1.00')`
        expect(yield* sql`select from refold.legacy_changes where key = ${long}`).toHaveLength(1)
      })
    )
  )
})

describe("columns", () => {
  test(
    "may have the names of aliases in our SQL",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* createTable(sql, "int", `, q text, t int, c jsonb, "r" text, "a ""b" text, "%s" text`)
        yield* LegacyTable.capture(mapping)
        yield* insert(sql, "1", "2")
        yield* LegacyTable.seed(mapping)
        yield* sql`update accounts set balance = '2.00', q = 'q', t = 1 where id = 1`
        yield* sql`truncate accounts`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 3, events: 3, skipped: 0 })
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  test(
    "are captured with the same texts as they are read, whatever the settings of the writer's session",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* sql`create type pair as (a date, b text)`
        const others = {
          moments: "'{2020-02-01Z}'",
          range: "'[2020-01-02,2020-03-04)'",
          pair: `row('2020-03-04', 'a "b" \\ c')`,
          nothing: "row(null, null)",
          price: "'12.30'",
          wait: "'1 day 2 hours'",
          bytes: "'\\x00ff'",
          loose: `'{"a": [1, "\\\\"], "b": null}'`,
          tight: `'"x"'`,
          float: "1e20",
          empty: "''"
        }
        yield* createTable(
          sql,
          "int",
          `, moments timestamptz[], range daterange, pair pair, nothing pair, price money, wait interval, bytes bytea,
            loose json, tight jsonb, float float8, empty text`
        )
        yield* LegacyTable.capture(mapping)
        const writer = yield* Stores.connect(url)
        yield* writer`set datestyle = 'German'`
        yield* writer`set intervalstyle = 'iso_8601'`
        yield* writer`set bytea_output = 'escape'`
        yield* writer.unsafe(
          `insert into accounts (id, owner, balance, ${Object.keys(others).join()})
            values (1, 'Ada', '1.00', ${Object.values(others).join()})`
        )
        yield* LegacyTable.catchUp(mapping)
        const [captured] = yield* sql`select row from refold.legacy_rows`
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({ rows: 1, changed: 0, events: 0, skipped: 0 })
        yield* writer`update accounts set owner = 'Eve'`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 1, skipped: 0 })
        expect(captured).toMatchObject({ row: { tight: "x", nothing: expect.stringContaining("null"), empty: "" } })
      })
    )
  )

  test(
    "of plain types are captured with the same texts as others, whatever their values",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* createTable(
          sql,
          "uuid",
          ", a boolean, b timestamp, c timestamptz, d date, e numeric, f time, g bytea, h char(5), i bigint"
        )
        yield* LegacyTable.capture(mapping)
        const writer = yield* Stores.connect(url)
        yield* writer`set datestyle = 'German'`
        yield* writer`set timezone = 'Asia/Tokyo'`
        yield* writer`insert into accounts values
          (gen_random_uuid(), 'A', '1.00', 'infinity', true, '2020-01-01 BC', '-infinity', 'infinity', 'NaN', '24:00', '', 'x', -1),
          (gen_random_uuid(), 'B', '1.00', null, false, '12345-01-01 00:00:00.000001', now(), '0001-01-01 BC', 1.10, '0:01',
            '\\x5c', '"', 0),
          (gen_random_uuid(), 'C', '1.00', null, null, null, null, null, 1e-20, null, null, null, null)`
        expect(yield* LegacyTable.catchUp(mapping)).toMatchObject({ changes: 3 })
        const before = yield* sql`select key, row from refold.legacy_rows order by key`
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({ rows: 3, seeded: 0, changed: 0, events: 0 })
        expect(yield* sql`select key, row from refold.legacy_rows order by key`).toEqual(before)
      })
    )
  )

  test(
    "whose value jsonb cannot hold make the row skipped; the application and the other rows continue",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* createTable(sql, "int", ", extra json")
        yield* insert(sql, "1")
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        yield* sql.unsafe(`insert into accounts values (2, 'Bob', '2.00', null, '{"a":"\\u0000"}')`)
        yield* sql.unsafe(`insert into accounts values (3, 'Cy', '3.00', null, '{"a":1e200000}')`)
        yield* insert(sql, "4")
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 3, events: 1, skipped: 2 })
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({
          rows: 4,
          skippedRows: [{ key: "2", reason: expect.stringContaining("cannot be converted to texts") }, { key: "3" }]
        })
        yield* sql`update accounts set extra = '{}'`
        yield* LegacyTable.catchUp(mapping)
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
        expect(yield* types(sql)).toEqual(["Opened", "Opened", "Opened", "Opened"])
      })
    )
  )
})

describe("partitions", () => {
  const partitioned = (sql: SqlClient.SqlClient) =>
    Effect.gen(function*() {
      yield* sql`create table accounts (id int, owner text, balance text, opened_at timestamptz) partition by range (id)`
      yield* sql`create table low partition of accounts for values from (1) to (10) partition by range (id)`
      yield* sql`create table lowest partition of low for values from (1) to (5)`
      yield* sql`create table high (balance text, owner text, opened_at timestamptz, id int)`
      yield* sql`alter table accounts attach partition high for values from (10) to (20)`
      yield* insert(sql, "1", "2", "11", "12")
      yield* LegacyTable.capture(mapping)
      yield* LegacyTable.seed(mapping)
    })

  test(
    "are captured also when written to directly",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* partitioned(sql)
        yield* sql`update high set balance = '2.00' where id = 11`
        yield* sql`truncate high`
        yield* sql`create table more partition of accounts for values from (20) to (30)`
        yield* insert(sql, "21")
        yield* sql`truncate accounts`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 7, events: 7, skipped: 0 })
        expect(isEqual(yield* LegacyTable.switchOver(mapping, { freeze: false }))).toBe(true)
        expect(yield* triggers(sql)).toEqual([])
      })
    )
  )

  test(
    "are frozen with their table, including later partitions",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* partitioned(sql)
        yield* LegacyTable.switchOver(mapping)
        yield* sql`create table more partition of accounts for values from (20) to (30)`
        for (
          const statement of [
            "insert into lowest values (3, 'Eve', '9.00', null)",
            "update high set balance = '9.00'",
            "delete from low",
            "truncate high",
            "truncate lowest",
            "insert into more values (21, 'Eve', '9.00', null)",
            "update accounts set id = 13 where id = 1"
          ]
        ) {
          const { reason } = yield* Effect.flip(sql.unsafe(statement))
          expect(reason.cause).toMatchObject({ code: "23001" })
        }
        yield* LegacyTable.abandon(mapping)
        expect(yield* triggers(sql)).toEqual([])
        yield* sql`update high set balance = '9.00'`
      })
    )
  )

  test(
    "and inheritance children are neither captured nor frozen on their own",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* partitioned(sql)
        yield* sql`create table base (like accounts)`
        yield* sql`create table child () inherits (base)`
        for (const table of ["high", "low", "base", "child"]) {
          const alone = Accounts.mapping({ name: table, table })
          expect(yield* Effect.flip(LegacyTable.capture(alone))).toMatchObject({ _tag: "InvalidInput", field: "table" })
        }
        for (const table of ["base", "child"]) {
          const alone = Accounts.mapping({ name: table, table })
          yield* LegacyTable.seed(alone)
          const refused = yield* Effect.flip(LegacyTable.switchOver(alone))
          expect(refused.message).toContain("has a parent or children, and writes through them bypass its triggers")
          expect(isEqual(yield* LegacyTable.switchOver(alone, { freeze: false }))).toBe(true)
        }
      })
    )
  )
})
