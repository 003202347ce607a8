// Errors in a mapping name the field; failures of the database name the operation.
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import type { LegacyMapping } from "../src/LegacyMapping.ts"
import { type Failure, isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { onDatabase, triggers } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

/** Uses a mapping, with any result. */
type Use = (
  mapping: LegacyMapping<Accounts.Row, Accounts.State, Accounts.Event>
) => Effect.Effect<unknown, Failure, SqlClient.SqlClient>

const switchOver: Use = (mapping) => Effect.catchTag(LegacyTable.switchOver(mapping), "NotReconciled", Effect.die)

const listSkipped: Use = (mapping) => Stream.runCollect(LegacyTable.skipped(mapping))

describe("bad input", () => {
  test("is refused with the name of the field", () => {
    const field = (choices: Accounts.Choices) =>
      Result.match(LegacyTable.make(Accounts.definition(choices)), {
        onFailure: ({ field }) => field,
        onSuccess: () => undefined
      })
    expect(field({})).toBeUndefined()
    for (const name of ["", "a".repeat(256), "a\u0000"]) expect(field({ name })).toBe("name")
    for (const table of ["", "a.b.c", "a.", ".a", "a".repeat(64), "a\u0000"]) expect(field({ table })).toBe("table")
    for (const key of ["", "a".repeat(64), "\ud800"]) expect(field({ key })).toBe("key")
    for (const store of ["", "Big", "pg_x", "a;b"]) expect(field({ store })).toBe("store")
    const { aggregate } = mapping
    expect(field({ aggregate: { ...aggregate, category: "a-b" } })).toBe("aggregate.category")
  })

  test(
    "that only the database can find is refused with the name of the field",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* sql`create view seen as select * from accounts`
        yield* sql`create table parent (id int, owner text, balance text, opened_at text)`
        yield* sql`create table child () inherits (parent)`
        const messageOf = (choices: Accounts.Choices, use: Use = LegacyTable.seed) =>
          Effect.map(Effect.flip(use(Accounts.mapping(choices))), ({ message }) => message)
        const field = (choices: Accounts.Choices, use: Use = LegacyTable.seed) =>
          Effect.map(
            Effect.flip(use(Accounts.mapping(choices))),
            (error) => `${error._tag} ${error._tag === "InvalidInput" ? error.field : error.message}`
          )
        expect(yield* field({ table: "nowhere" })).toBe("InvalidInput table")
        expect(yield* messageOf({ table: "else.nowhere" })).toBe(
          `table must be an existing table: "else"."nowhere" does not exist`
        )
        for (const use of [LegacyTable.seed, LegacyTable.abandon, listSkipped]) {
          expect(yield* messageOf({ store: "nowhere" }, use)).toBe(
            `store must be the schema of a store: "nowhere" has none; open PostgresStore with migrate: true first`
          )
        }
        expect(yield* field({ table: "seen" }, switchOver)).toBe("InvalidInput freeze")
        expect(yield* field({ key: "nothing" })).toBe("InvalidInput key")
        expect(yield* field({ query: () => "select 1 as one" })).toBe("InvalidInput query")
        expect(yield* field({ query: () => "select id from accounts) as q; drop table accounts; --" })).toBe(
          "InvalidInput query"
        )
        expect(yield* field({ table: "seen" }, LegacyTable.capture)).toBe("InvalidInput table")
        expect(yield* field({ table: "parent" }, LegacyTable.capture)).toBe("InvalidInput table")
        const query = (table: string) => `select -id as id, owner, balance, opened_at from ${table}`
        yield* LegacyTable.capture(Accounts.mapping({ name: "turned", query }))
        yield* Accounts.fill(1)
        expect(yield* field({ name: "turned", query }, LegacyTable.catchUp)).toBe("InvalidInput query")
        yield* LegacyTable.seed(mapping)
        expect(yield* field({ key: "owner" })).toBe("InvalidInput name")
        expect(yield* Effect.flip(LegacyTable.seed(mapping, { batchSize: 0 }))).toMatchObject({ field: "batchSize" })
      })
    )
  )

  test(
    "in names is quoted: quotes, dots and statements in it have no effect",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        const table = `a"; drop table accounts; --`
        const key = `it's "the" key`
        const quoted = (name: string) => `"${name.replaceAll("\"", "\"\"")}"`
        yield* Accounts.createTable()
        yield* sql.unsafe(`create schema "Old Bank"`)
        yield* sql.unsafe(
          `create table "Old Bank".${quoted(table)} (${quoted(key)} text, owner text, balance text, opened_at text)`
        )
        const to = `"Old Bank".${quoted(table)}`
        yield* sql.unsafe(`insert into ${to} values ('x''; select 1; --', 'Eve', '1.00'), ('', 'Nil', '2.00')`)
        const odd = Accounts.mapping({
          table: `Old Bank.${table}`,
          key,
          name: `o'dd "name"`,
          id: (_, key) => `<${key}>`
        })
        yield* LegacyTable.capture(odd)
        expect(yield* LegacyTable.seed(odd, { batchSize: 1 })).toMatchObject({ seeded: 2, skipped: 0 })
        yield* sql.unsafe(`update ${to} set balance = '3.00'`)
        expect(yield* LegacyTable.catchUp(odd)).toEqual({ changes: 2, events: 2, skipped: 0 })
        expect(isEqual(yield* LegacyTable.switchOver(odd, { freeze: true }))).toBe(true)
        yield* LegacyTable.abandon(odd)
        expect(yield* triggers(sql)).toEqual([])
        expect(yield* sql`select * from accounts`).toEqual([])
      })
    )
  )
})

test(
  "a failure of the database names the operation that was called",
  onDatabase(({ sql }) =>
    Effect.gen(function*() {
      yield* Accounts.createTable()
      yield* Accounts.fill(3)
      yield* LegacyTable.capture(mapping)
      yield* LegacyTable.seed(mapping)
      yield* sql`drop function refold.append_each cascade`
      yield* sql`update accounts set balance = '4.00' where id = 1`
      const said = (use: Use) => Effect.map(Effect.flip(use(mapping)), ({ message }) => message)
      expect(yield* said(LegacyTable.catchUp)).toMatch(/^LegacyTable\.catchUp failed: function refold\.append_each/)
      expect(yield* said(switchOver)).toMatch(/^LegacyTable\.switchOver failed: function refold\.append_each/)
      expect(yield* said(LegacyTable.seed)).toMatch(/^LegacyTable\.seed failed: function refold\.append_each/)
    })
  )
)
