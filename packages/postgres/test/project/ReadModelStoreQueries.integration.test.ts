// Queries: each page equals that of the pure specification, for any rows, and is read along an index.
import type { Json } from "@refold/core/event/Json"
import type { RowIndex } from "@refold/core/internal/project/RowIndex"
import type { Kind, Scalar } from "@refold/core/internal/project/RowValue"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as RowQuery from "@refold/core/project/RowQuery"
import type { CheckedQuery } from "@refold/core/project/RowQuery"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { isDeepStrictEqual } from "node:util"
import { describe, expect, it, test } from "vitest"
import * as RowReader from "../../src/project/internal/RowReader.ts"
import * as Database from "../../src/schema/internal/Database.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const { changes, goLive, own, projection, row } = ReadModels

// A field's name may be any text.
const odd = "it's :limit \"x\"\\ -- refold_rows.rows_0\n\u{1F600}"

const indexes: ReadonlyArray<RowIndex> = [
  { name: "text", fields: [{ field: "text", kind: "Text" }] },
  {
    name: "all",
    fields: [
      { field: "flag", kind: "Boolean" },
      { field: "number", kind: "Number" },
      { field: odd, kind: "Text" },
      { field: "digits", kind: "Number" }
    ]
  },
  { name: "digits", fields: [{ field: "digits", kind: "Number" }, { field: "text", kind: "Text" }] },
  { name: "at", fields: [{ field: "at", kind: "Instant" }, { field: "digits", kind: "Number" }] },
  { name: "rows_0", fields: [{ field: odd, kind: "Text" }, { field: "flag", kind: "Boolean" }] }
]

// In the order of UTF-16 units \u{1F600} would come before \uFF5E, in many a language "a" before "B".
const texts = [
  "",
  " ",
  "a",
  "B",
  "b",
  "aa",
  "A",
  "ä",
  "\u0001",
  "\uE000",
  "\uFF5E",
  "\u{1F600}",
  "\u{10FFFF}",
  "'",
  "\uFEFFa"
]
const numbers = [0, -1, 1, 2, 10, 0.1, 0.30000000000000004, -2.5, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE]
  .concat([2 ** 53, 2 ** 53 + 2, 1e21, 1.5e300, Number.EPSILON])
const digits = ["0", "1", "-1", "2", "10", "007", "-0", "9007199254740992", "9007199254740993", "9007199254740994"]
  .concat([
    "-9007199254740993",
    "1".repeat(400),
    `-${"9".repeat(400)}`,
    "1.50",
    "1.5",
    "9e0",
    "1e+30",
    "-1e-999",
    "2.5e+999"
  ])
// Years beyond 9999 and before 0 have a sign, which sorts before digits.
const instants = [0, 1, -1, -62_167_219_200_001, -8.64e15, 253_402_300_799_999, 253_402_300_800_000, 8.64e15]
  .map((millis) => new Date(millis).toISOString())

const State = Schema.Struct({
  text: Schema.Literals(texts),
  number: Schema.Literals(numbers),
  digits: Schema.Literals(digits),
  at: Schema.Literals(instants),
  flag: Schema.Boolean,
  odd: Schema.Literals(texts)
})

// The value of a field is one that some row may have; for a number also in the other notation, as far as a double
// holds it exactly.
const Value = Schema.Struct({
  Text: Schema.Literals(texts),
  number: Schema.Union([Schema.Literals(numbers), Schema.Literals(["0", "-1", "10"])]),
  digits: Schema.Union([Schema.Literals(digits), Schema.Literals([0, -1, 0.5, 10])]),
  Instant: Schema.Literals(instants),
  Boolean: Schema.Boolean
})

const Case = Schema.Struct({
  states: Schema.Array(State),
  index: Schema.Literals(["none", "text", "all", "digits", "at", "rows_0"]),
  fixed: Schema.Literals([0, 1, 2, 3, 4]),
  values: Schema.Tuple([Value, Value, Value, Value]),
  from: Schema.Union([Value, Schema.Undefined]),
  to: Schema.Union([Value, Schema.Undefined]),
  descending: Schema.Boolean,
  limit: Schema.Literals([1, 2, 3, 5, 1000])
})

const rowsOf = (states: ReadonlyArray<typeof State.Type>): ReadonlyArray<StoredRow> =>
  states.map(({ odd: text, ...state }, n) => {
    const encoded: Json = { ...state, [odd]: text }
    return row(`${texts[n % texts.length]}${n >= texts.length || n === 0 ? `#${n}` : ""}`, encoded)
  })

const queryOf = ({ descending, fixed, from, index, limit, to, values }: typeof Case.Type): RowQuery.RowQuery => {
  const fields = indexes.find(({ name }) => name === index)?.fields ?? []
  const value = (of: typeof Value.Type, field: string, kind: Kind): Scalar =>
    kind === "Number" ? (field === "digits" ? of.digits : of.number) : of[kind]
  const where = fields.slice(0, fixed).map(({ field, kind }, n) => [field, value(values[n]!, field, kind)] as const)
  const open = fields[fixed] ?? { field: "key", kind: "Text" as const }
  return {
    ...(index === "none" ? {} : { index }),
    where: Object.fromEntries(where),
    range: {
      ...(from === undefined ? {} : { from: value(from, open.field, open.kind) }),
      ...(to === undefined ? {} : { to: value(to, open.field, open.kind) })
    },
    descending,
    limit
  }
}

describe.each(ReadModels.databases)("on %s", (_, on) => {
  const run = on()

  test(
    "every page of every query equals that of the pure specification",
    run(Effect.gen(function*() {
      const { readModels } = yield* ReadModels.AnyDatabase
      const wanted = projection({ indexes })
      const generation = yield* goLive(readModels, wanted)
      let stored: ReadonlyArray<StoredRow> = []
      let pagesOfMany = 0
      const agrees = Effect.fnUntraced(function*(one: typeof Case.Type) {
        const rows = rowsOf(one.states)
        const gone = stored.map(({ key }) => key).filter((key) => rows.every((row) => row.key !== key))
        yield* own(readModels, generation, (batch) => batch.save(changes({ rows, removed: gone })))
        stored = rows
        const query = queryOf(one)
        let after: RowQuery.Cursor | undefined
        do {
          const checked: CheckedQuery = Result.getOrThrow(RowQuery.check(wanted, { ...query, after }))
          const selection = { _tag: "Query", query: checked } as const
          const page = (yield* readModels.read(wanted, selection)).rows
          const expected = RowQuery.evaluate(checked, rows)
          if (!isDeepStrictEqual(page, expected)) return yield* Effect.fail({ checked, page, expected })
          if (page.length > 0 && after !== undefined) pagesOfMany++
          after = page.length < checked.limit ? undefined : RowQuery.cursorAfter(checked, page.at(-1)!)
        } while (after !== undefined)
        return true
      })
      const runs = Number(process.env["REFOLD_RUNS"] ?? 150)
      const result = yield* Arbitrary.checkEffect(Arbitrary.schema(Case), agrees, { runs, size: 40 })
      expect(Arbitrary.formatCheckFailure(result)).toBe(undefined)
      expect(pagesOfMany).toBeGreaterThan(runs / 10)
    }))
  )
})

const seeded = 20_000

/** A generation with many rows, without ANALYZE. */
const seed = Effect.gen(function*() {
  const opened = yield* Stores.open(yield* freshDatabase())
  const { readModels, sql } = opened
  const wanted = projection({
    indexes: [
      { name: "plain", fields: [{ field: "kind", kind: "Text" }, { field: "amount", kind: "Number" }] },
      { name: "flag", fields: [{ field: "flag", kind: "Boolean" }, { field: "amount", kind: "Number" }] },
      { name: "at", fields: [{ field: "at", kind: "Instant" }] }
    ]
  })
  const { id } = yield* goLive(readModels, wanted)
  yield* sql.unsafe(`alter table refold_rows.rows_${id} set (autovacuum_enabled = off)`)
  yield* sql.unsafe(`insert into refold_rows.rows_${id}
    select 'key ' || n, jsonb_build_object('kind', 'kind ' || n % 10, 'amount', n, 'flag', n % 2 = 0,
      'at', to_char(to_timestamp(n), 'YYYY-MM-DD"T"HH24:MI:SS.000Z')), n, 1
    from generate_series(1, ${seeded}) n`)
  return { ...opened, wanted, id }
})

type Seeded = Effect.Success<typeof seed>

const explain = ({ id, sql, wanted }: Seeded, query: RowQuery.RowQuery) =>
  Effect.gen(function*() {
    const checked = Result.getOrThrow(RowQuery.check(wanted, query))
    const database = yield* Effect.provideService(Database.make("refold"), SqlClient.SqlClient, sql)
    const source = { name: wanted.name, generation: id, status: "Live" } as const
    const statement = RowReader.select(database, source, { _tag: "Query", query: checked })
    const rows = yield* sql<{ "QUERY PLAN": string }>`explain ${statement}`
    return rows.map((row) => row["QUERY PLAN"]).join("\n")
  })

const queries: Readonly<Record<string, { readonly index: number | undefined; readonly query: RowQuery.RowQuery }>> = {
  "all, by key": { index: undefined, query: {} },
  "by key, in a range": { index: undefined, query: { range: { from: "key 3", to: "key 6" } } },
  "all, by an index": { index: 1, query: { index: "plain" } },
  "where one field is fixed": { index: 1, query: { index: "plain", where: { kind: "kind 5" } } },
  "in a range of the next": {
    index: 1,
    query: { index: "plain", where: { kind: "kind 5" }, range: { from: 9_000, to: 12_000 } }
  },
  "where all fields are fixed": { index: 1, query: { index: "plain", where: { kind: "kind 5", amount: 10_005 } } },
  "where a flag is set": {
    index: 2,
    query: { index: "flag", where: { flag: true }, range: { from: 9_000, to: 12_000 } }
  },
  "in a range of instants": {
    index: 3,
    query: { index: "at", range: { from: new Date(9_000_000).toISOString(), to: new Date(12_000_000).toISOString() } }
  }
}

describe("a page is read along its index, without a sort", () => {
  for (const analysed of [false, true]) {
    it(`${analysed ? "once" : "before"} the table is analysed`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const seeded = yield* seed
        if (analysed) yield* seeded.sql.unsafe(`analyze refold_rows.rows_${seeded.id}`)
        for (const [name, { index, query }] of Object.entries(queries)) {
          for (const descending of [false, true]) {
            const wanted = { ...query, descending, limit: 100 }
            const { rows } = yield* readPage(seeded, wanted)
            const after = rows.length < 100
              ? undefined
              : RowQuery.cursorAfter(Result.getOrThrow(RowQuery.check(seeded.wanted, wanted)), rows.at(-1)!)
            for (const page of [wanted, { ...wanted, after }]) {
              const plan = yield* explain(seeded, page)
              const scan = index === undefined ? `rows_${seeded.id}_pkey` : `rows_${seeded.id}_${index}`
              const direction = descending ? "Index Scan Backward" : "Index Scan"
              const isAlongIndex = plan.includes(`${direction} using ${scan} on rows_${seeded.id}`)
              expect({ name, plan, isAlongIndex }).toEqual({ name, plan, isAlongIndex: true })
              expect(plan).not.toMatch(/Sort|Seq Scan on rows/)
            }
          }
        }
      }))))
  }

  it("also with a plan that was made while the table was empty, and reads by key are as cheap", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = new URL(yield* freshDatabase())
      url.searchParams.set("options", "-c plan_cache_mode=force_generic_plan")
      const { readModels, sql } = yield* Stores.open(url.href, { maxConnections: 1 })
      const wanted = projection({ indexes: [{ name: "text", fields: [{ field: "text", kind: "Text" }] }] })
      const generation = yield* goLive(readModels, wanted)
      yield* sql.unsafe(`alter table refold_rows.rows_${generation.id} set (autovacuum_enabled = off)`)
      const checked = Result.getOrThrow(RowQuery.check(wanted, { index: "text", where: { text: "same" }, limit: 10 }))
      const use = Effect.gen(function*() {
        yield* readModels.read(wanted, { _tag: "Query", query: checked })
        yield* ReadModels.read(readModels, wanted, ["key 5", "none"])
        yield* own(readModels, generation, (batch) =>
          Effect.andThen(
            batch.rows(["key 7", "none"]),
            batch.save(changes({ rows: [row("key 9", { text: "" })], removed: ["key 8", "none"] }))
          ))
      })
      for (let n = 0; n < 10; n++) yield* use
      yield* sql.unsafe(`insert into refold_rows.rows_${generation.id}
        select 'many ' || n, '{"text": "same"}', n, 1 from generate_series(1, ${seeded}) n`)
      const scanned = sql<{ scans: number; rows: number }>`
        select seq_scan::int as scans, (seq_tup_read + idx_tup_fetch)::int as rows
        from pg_stat_user_tables where relname = ${`rows_${generation.id}`}`
      const flush = sql`select pg_stat_force_next_flush()`
      yield* flush
      const [before] = yield* scanned
      yield* use
      yield* flush
      const [after] = yield* scanned
      expect(after!.scans - before!.scans).toBe(0)
      expect(after!.rows - before!.rows).toBeLessThan(100)
    }))))
})

const readPage = ({ readModels, wanted }: Seeded, query: RowQuery.RowQuery) =>
  readModels.read(
    wanted,
    { _tag: "Query", query: Result.getOrThrow(RowQuery.check(wanted, query)) }
  )
