import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, expectTypeOf, it } from "vitest"
import { Position } from "../../src/event/Position.ts"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import type * as RowIndex from "../../src/project/internal/RowIndex.ts"
import type * as RowValue from "../../src/project/internal/RowValue.ts"
import type { StoredRow } from "../../src/project/ProjectionFold.ts"
import * as RowQuery from "../../src/project/RowQuery.ts"
import { failureOf, malformed } from "../support/Sample.ts"
import { texts } from "../support/Texts.ts"

const city: RowIndex.IndexField = { field: "city", kind: "Text" }
const size: RowIndex.IndexField = { field: "size", kind: "Number" }
const open: RowIndex.IndexField = { field: "open", kind: "Boolean" }
const projection = {
  name: "shops",
  version: 2,
  indexes: [
    { name: "byCity", fields: [city, size, open] },
    { name: "bySize", fields: [size] },
    { name: "byStaff", fields: [{ field: "staff", kind: "Number" as const }] },
    { name: "byOpen", fields: [open, city] },
    { name: "__proto__", fields: [{ field: "__proto__", kind: "Text" as const }] }
  ]
}

const row = (key: string, state: StoredRow["state"]): StoredRow => ({
  key,
  state,
  position: Position(1),
  version: StreamVersion(1)
})

const check = (query: RowQuery.RowQuery) => RowQuery.check(projection, query)
const checked = (query: RowQuery.RowQuery) => Result.getOrThrow(check(query))
const refusal = (query: object) => failureOf(check(malformed(query)))
const keys = (query: RowQuery.RowQuery, rows: ReadonlyArray<StoredRow>) =>
  RowQuery.evaluate(checked(query), rows).map(({ key }) => key)

/** All pages of a query, one after the other. */
const pages = (query: RowQuery.RowQuery, rows: ReadonlyArray<StoredRow>): ReadonlyArray<StoredRow> => {
  const all: Array<StoredRow> = []
  for (let after: RowQuery.Cursor | undefined; all.length <= rows.length;) {
    const page = checked({ ...query, after })
    const found = RowQuery.evaluate(page, rows)
    all.push(...found)
    const last = found.at(-1)
    if (last === undefined) break
    after = RowQuery.cursorAfter(page, last)
  }
  return all
}

describe("check", () => {
  it("of an empty query selects the first hundred rows by key", () => {
    expect(checked({})).toMatchObject({
      where: [],
      range: {},
      sort: [],
      descending: false,
      limit: 100,
      after: undefined
    })
  })

  it("splits an index into the fixed fields and the fields to sort by", () => {
    const query = {
      index: "byCity",
      where: { size: 3, city: "Brno" },
      range: { from: true },
      descending: true,
      limit: 7
    }
    expect(checked(query)).toMatchObject({
      where: [[city, "Brno"], [size, 3]],
      sort: [open],
      range: { from: true },
      descending: true,
      limit: 7
    })
  })

  it.each<[object, string]>([
    ...[0, -1, 1.5, 1001, NaN, Infinity, "5", null, 5n].map((limit): [object, string] => [
      { limit },
      "limit must be a whole number from 1 to 1000"
    ]),
    [{ descending: 1 }, "descending must be true or false"],
    [{ descending: null }, "descending must be true or false"],
    [{ descending: 1n }, "descending must be true or false"],
    [{ index: "byName" }, "index must be one of the indexes of projection \"shops\", not \"byName\""],
    [{ index: null }, "index must be one of the indexes of projection \"shops\", not \"null\""],
    [{ index: "constructor" }, "index must be one of the indexes of projection \"shops\", not \"constructor\""],
    [{ where: { city: "Brno" } }, "where.city must be one of the first fields of the index"],
    [{ index: "byCity", where: { size: 3 } }, "where.size must be one of the first fields of the index"],
    [{ index: "byCity", where: { city: "a", open: true } }, "where.open must be one of the first fields of the index"],
    [{ index: "bySize", where: { toString: "a" } }, "where.toString must be one of the first fields of the index"],
    [
      { index: "bySize", where: JSON.parse(`{"size": 1, "__proto__": 1}`) },
      "where.__proto__ must be one of the first fields of the index"
    ],
    [{ index: "bySize", where: null }, "where must be an object"],
    [{ index: "bySize", where: [1] }, "where must be an object"],
    [{ index: "bySize", where: "a" }, "where must be an object"],
    [{ index: "byCity", where: { city: 1 } }, "where.city must be a storable text of at most 500 characters"],
    [{ index: "byCity", where: { city: undefined } }, "where.city must be a storable text of at most 500 characters"],
    [{ index: "byCity", where: { city: "\u0000" } }, "where.city must be a storable text of at most 500 characters"],
    [{ index: "byCity", where: { city: "\udc00" } }, "where.city must be a storable text of at most 500 characters"],
    [
      { index: "bySize", where: { size: "big" } },
      "where.size must be a finite number, or a decimal in a text of at most 500 characters, with an exponent of at most 3 digits"
    ],
    [
      { index: "bySize", where: { size: NaN } },
      "where.size must be a finite number, or a decimal in a text of at most 500 characters, with an exponent of at most 3 digits"
    ],
    [{ index: "byOpen", where: { open: "true" } }, "where.open must be true or false"],
    [{ range: null }, "range must be an object"],
    [{ range: [1] }, "range must be an object"],
    [{ range: { from: 1 } }, "range.from must be a storable text of at most 500 characters"],
    [{ range: { to: "\ud800" } }, "range.to must be a storable text of at most 500 characters"],
    [
      { index: "bySize", range: { from: null } },
      "range.from must be a finite number, or a decimal in a text of at most 500 characters, with an exponent of at most 3 digits"
    ],
    [
      { index: "bySize", range: { to: Infinity } },
      "range.to must be a finite number, or a decimal in a text of at most 500 characters, with an exponent of at most 3 digits"
    ],
    [{ index: "byOpen", range: { to: 1 } }, "range.to must be true or false"],
    [
      { index: "bySize", where: { size: 1 }, range: { from: 1 } },
      "range.from must be a storable text of at most 500 characters"
    ]
  ])("refuses %o", (query, message) => expect(refusal(query).message).toBe(message))

  it("takes digits for numbers, and 1 and 1000 for limits", () => {
    expect(checked({ index: "bySize", where: { size: "12345678901234567890" }, limit: 1 }).limit).toBe(1)
    expect(checked({ index: "bySize", range: { from: "5", to: 1e300 }, limit: RowQuery.maxLimit }).limit).toBe(1000)
  })

  it("ignores options that are undefined", () => {
    const left = { index: undefined, where: undefined, range: undefined, descending: undefined, limit: undefined }
    expect(checked({ ...left, after: undefined })).toEqual(checked({}))
  })
})

describe("a page", () => {
  const shop = (key: string, name: string, size: number | string, isOpen = true) =>
    row(key, { city: name, size, open: isOpen })
  const rows = [shop("c", "Brno", 2), shop("a", "Praha", "10"), shop("b", "Brno", 9, false), shop("d", "Aš", 2)]

  it.each<[string, RowQuery.RowQuery, string]>([
    ["all rows by key", {}, "abcd"],
    ["the last rows first", { descending: true }, "dcba"],
    ["no more rows than asked for", { limit: 2 }, "ab"],
    ["rows by the fields of an index", { index: "byCity" }, "dcba"],
    ["rows by number, then by key", { index: "bySize" }, "cdba"],
    ["rows by number and key, the last first", { index: "bySize", descending: true }, "abdc"],
    ["rows with a value", { index: "byCity", where: { city: "Brno" } }, "cb"],
    ["rows with two values", { index: "byCity", where: { city: "Brno", size: "2" } }, "c"],
    ["rows with a number that is stored as digits", { index: "bySize", where: { size: 10 } }, "a"],
    ["rows with a boolean", { index: "byOpen", where: { open: false } }, "b"],
    ["rows from a value on", { index: "bySize", range: { from: 9 } }, "ba"],
    ["rows below a value", { index: "bySize", range: { to: 9 } }, "cd"],
    ["rows in a range of the next field", { index: "byCity", where: { city: "Brno" }, range: { from: 3 } }, "b"],
    ["rows in a range of keys", { range: { from: "b", to: "d" } }, "bc"],
    ["rows in a range of keys if all fields are fixed", {
      index: "bySize",
      where: { size: 2 },
      range: { from: "d" }
    }, "d"],
    ["nothing in a range that ends before it starts", { index: "bySize", range: { from: 9, to: 3 } }, ""],
    ["nothing if no row matches", { index: "byCity", where: { city: "brno" } }, ""]
  ])("gives %s", (_, query, found) => expect(keys(query, rows).join("")).toBe(found))

  it("compares by code points, not by UTF-16 units", () => {
    const odd = [row("\u{1f600}", {}), row("\uff5e", {}), row("a", {})]
    expect(keys({}, odd)).toEqual(["a", "\uff5e", "\u{1f600}"])
  })

  it("accepts fields and keys that are names of object properties", () => {
    const odd = ["toString", "__proto__", "constructor"].map((key) => row(key, JSON.parse(`{"__proto__":"${key}"}`)))
    expect(keys({ index: "__proto__" }, odd)).toEqual(["__proto__", "constructor", "toString"])
    const where: Readonly<Record<string, string>> = JSON.parse(`{"__proto__": "toString"}`)
    expect(keys({ index: "__proto__", where }, odd)).toEqual(["toString"])
    expect(pages({ index: "__proto__", limit: 1 }, odd)).toHaveLength(3)
  })
})

const sizes = fc.constantFrom<number | string>(
  -1.5,
  0,
  "0",
  2,
  "10",
  "9007199254740993",
  9_007_199_254_740_992,
  1e300
)
const states = fc.record({ city: texts, size: sizes, open: fc.boolean() })
const tables = fc.array(fc.tuple(texts, states), { maxLength: 25 }).map(
  (entries) => [...new Map(entries)].map(([key, state]) => row(`k${key}`, state))
)
const ends = <A extends RowValue.Scalar>(value: fc.Arbitrary<A>) =>
  fc.record({ from: value, to: value }, { requiredKeys: [] })
const queries: fc.Arbitrary<RowQuery.RowQuery> = fc.tuple(
  fc.boolean(),
  fc.oneof(
    fc.record({ range: ends(texts) }),
    fc.record({ index: fc.constant("byCity"), range: ends(texts) }),
    fc.record({ index: fc.constant("byCity"), where: fc.record({ city: texts }), range: ends(sizes) }),
    fc.record({
      index: fc.constant("byCity"),
      where: fc.record({ size: sizes, city: texts }),
      range: ends(fc.boolean())
    }),
    fc.record({ index: fc.constant("bySize"), range: ends(sizes) }),
    fc.record({ index: fc.constant("byOpen"), where: fc.constant({ open: true }), range: ends(texts) })
  )
).map(([descending, query]) => ({ ...query, descending }))

// A second implementation, without this package's order: texts as bytes, numbers by their digits.
const naive = (query: RowQuery.RowQuery, rows: ReadonlyArray<StoredRow>): ReadonlyArray<string> => {
  const fields = projection.indexes.find(({ name }) => name === query.index)?.fields ?? []
  const value = ({ key, state }: StoredRow, field: string | undefined) =>
    field === undefined ? key : (state as Record<string, RowValue.Scalar>)[field]!
  const order = (one: RowValue.Scalar, two: RowValue.Scalar, kind: RowValue.Kind = "Text"): number =>
    kind === "Text"
      ? Buffer.compare(Buffer.from(String(one)), Buffer.from(String(two)))
      : Number(scaled(one) - scaled(two) > 0n) - Number(scaled(one) - scaled(two) < 0n)
  const scaled = (number: RowValue.Scalar) =>
    typeof number === "string" ? BigInt(number) * 10n : BigInt(Number(number) * 10)
  const { from, to } = query.range ?? {}
  const next = fields[Object.keys(query.where ?? {}).length]
  const compare = (one: StoredRow, two: StoredRow): number =>
    fields.map(({ field, kind }) => order(value(one, field), value(two, field), kind)).find((sign) => sign !== 0) ??
      order(one.key, two.key)
  const found = rows.filter((row) =>
    fields.every(({ field, kind }) => {
      const wanted = query.where?.[field]
      return wanted === undefined || order(value(row, field), wanted, kind) === 0
    }) &&
    (from === undefined || order(value(row, next?.field), from, next?.kind) >= 0) &&
    (to === undefined || order(value(row, next?.field), to, next?.kind) < 0)
  ).toSorted(compare)
  return (query.descending === true ? found.toReversed() : found).map(({ key }) => key)
}

describe("any query", () => {
  it("gives the rows that its definition selects", () => {
    fc.assert(fc.property(queries, tables, (query, rows) => {
      expect(keys({ ...query, limit: 1000 }, rows)).toEqual(naive(query, rows))
    }))
  })

  it("gives the same rows page by page as in one page", () => {
    fc.assert(fc.property(queries, tables, fc.integer({ min: 1, max: 5 }), (query, rows, limit) => {
      expect(pages({ ...query, limit }, rows)).toEqual(RowQuery.evaluate(checked({ ...query, limit: 1000 }), rows))
    }))
  })
})

describe("a cursor", () => {
  const last = row("k", { city: "Brno", size: 3, open: true })
  const query: RowQuery.RowQuery = { index: "byCity", where: { city: "Brno" }, range: { from: 1 } }
  const cursor = RowQuery.cursorAfter(checked(query), last)
  const forged = (json: unknown) => malformed<RowQuery.Cursor>(Base64Url.encode(JSON.stringify(json)))
  const { mark } = checked(query)

  it("is safe in a URL, and holds the place where its query continues", () => {
    expect(cursor).toMatch(/^[\w-]+$/)
    expect(checked({ ...query, after: cursor }).after).toEqual({ key: "k", values: [3, true] })
  })

  it("serves pages of any length, and the same query written in another order", () => {
    expect(Result.isSuccess(check({ ...query, limit: 3, descending: false, after: cursor }))).toBe(true)
    const two = { index: "byCity", where: { city: "Brno", size: 3 } }
    const after = RowQuery.cursorAfter(checked(two), last)
    expect(Result.isSuccess(check({ ...two, where: { size: 3, city: "Brno" }, after }))).toBe(true)
  })

  it.each<[string, RowQuery.RowQuery]>([
    ["another order", { ...query, descending: true }],
    ["other values", { ...query, where: { city: "Aš" } }],
    ["fewer values", { index: "byCity", range: { from: "A" } }],
    ["another start", { ...query, range: { from: 2 } }],
    ["another end", { ...query, range: { from: 1, to: 9 } }],
    ["start and end exchanged", { ...query, range: { to: 1 } }],
    ["another index", { index: "bySize", range: { from: 1 } }],
    ["no index", {}]
  ])("is refused by a query with %s", (_, other) => {
    expect(refusal({ ...other, after: cursor }).message)
      .toBe("after must be the cursor of the previous page of the same query")
  })

  it("is refused by a query that differs only in its index", () => {
    const after = RowQuery.cursorAfter(checked({ index: "bySize" }), last)
    expect(Result.isSuccess(check({ index: "bySize", after }))).toBe(true)
    expect(refusal({ index: "byStaff", after }).field).toBe("after")
  })

  it("is refused by another projection and by another version", () => {
    for (const other of [{ ...projection, name: "other" }, { ...projection, version: 3 }]) {
      expect(failureOf(RowQuery.check(other, { ...query, after: cursor })).field).toBe("after")
    }
  })

  it.each<[string, unknown]>([
    ["nothing", ""],
    ["a number", 5],
    ["null", null],
    ["an object", {}],
    ["no Base64", "é?="],
    ["no JSON", Base64Url.encode("[1")],
    ["cut off", cursor.slice(0, -4)],
    ["no list", forged({ 0: mark, 1: "k", 2: 3, 3: true, length: 4 })],
    ["null in JSON", forged(null)],
    ["without a key", forged([mark])],
    ["with a key that is no text", forged([mark, 5, 3, true])],
    ["with a key that no store can hold", forged([mark, "\u0000", 3, true])],
    ["with a key of half a character", forged([mark, "\ud800", 3, true])],
    ["with one value missing", forged([mark, "k", 3])],
    ["with one value too many", forged([mark, "k", 3, true, 1])],
    ["with values of other kinds", forged([mark, "k", true, 3])],
    ["with NaN for a value", forged([mark, "k", NaN, true])],
    ["with a number too large", malformed(Base64Url.encode(`[${JSON.stringify(mark)},"k",1e999,true]`))],
    ["with a text that is not a number", forged([mark, "k", "1.5.", true])]
  ])("that is %s is refused", (_, after) => expect(refusal({ ...query, after }).field).toBe("after"))

  it("that is complete is accepted", () => {
    expect(Result.isSuccess(check({ ...query, after: forged([mark, "k", 3, true]) }))).toBe(true)
  })
})

describe("the types of a query", () => {
  it("accept the indexes of the projection only", () => {
    expectTypeOf<RowQuery.RowQuery<"byCity" | "bySize">["index"]>().toEqualTypeOf<"byCity" | "bySize" | undefined>()
    expectTypeOf<RowQuery.RowQuery<never>["index"]>().toEqualTypeOf<undefined>()
  })

  it("refuse another index", () => {
    // @ts-expect-error there is no such index
    const query: RowQuery.RowQuery<"byCity"> = { index: "byName" }
    expect(refusal(query).field).toBe("index")
  })

  it("distinguish a cursor from a text", () => {
    // @ts-expect-error a text is not a cursor
    expect(refusal({ after: "a" } satisfies RowQuery.RowQuery).field).toBe("after")
  })
})
