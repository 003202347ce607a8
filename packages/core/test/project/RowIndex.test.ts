import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as StateCodec from "../../src/decide/internal/StateCodec.ts"
import type { Json } from "../../src/event/Json.ts"
import * as RowIndex from "../../src/project/internal/RowIndex.ts"
import { failureOf, malformed } from "../support/Sample.ts"

const compile = <State>(
  state: Schema.ConstraintCodec<State, unknown>,
  indexes: Readonly<Record<string, ReadonlyArray<string>>>
) => RowIndex.compile(indexes, Result.getOrThrow(StateCodec.make(state, "state")).schema)

describe("an index", () => {
  const names = Array.from({ length: 17 }, (_, index) => `f${index}`)
  const state = Schema.Struct(Object.fromEntries(names.map((name) => [name, Schema.String])))

  it("keeps the order of its fields, and the indexes theirs", () => {
    const compiled = Result.getOrThrow(
      compile(Schema.Struct({ a: Schema.String, b: Schema.Int }), { two: ["b", "a"], one: ["a"] })
    )
    const [a, b] = [{ field: "a", kind: "Text" }, { field: "b", kind: "Number" }]
    expect(compiled).toEqual([{ name: "two", fields: [b, a] }, { name: "one", fields: [a] }])
  })

  it.each<[string, ReadonlyArray<string>, string]>([
    ["no fields", [], "indexes.i must have 1 to 16 fields"],
    ["more fields than a database takes", names, "indexes.i must have 1 to 16 fields"],
    ["a field twice", ["f0", "f1", "f0"], "indexes.i must not have a field twice"]
  ])("with %s is refused", (_, fields, message) => {
    expect(failureOf(compile(state, { i: fields })).message).toBe(message)
  })

  it.each<[string, Schema.ConstraintCodec<unknown, unknown>, string]>([
    ["that may be null", Schema.NullOr(Schema.String), "must have fields that are a text"],
    ["whose texts sort differently", Schema.Duration, "must have fields that"]
  ])("with a field %s is refused by its name", (_, a, rule) => {
    const { field, message } = failureOf(compile(Schema.Struct({ a, b: Schema.Int }), { byB: ["b"], byA: ["b", "a"] }))
    expect(field).toBe("indexes.byA")
    expect(message).toContain(rule)
    expect(message).toContain("\"a\"")
  })

  it("may have 16 fields", () => {
    expect(Result.isSuccess(compile(state, { i: names.slice(0, 16) }))).toBe(true)
  })

  it("must have a name that a store can hold", () => {
    expect(failureOf(compile(state, { "": ["f0"] })).message).toBe("indexes. must be a text of 1 to 255 characters")
    expect(failureOf(compile(state, { "\ud800": ["f0"] })).rule).toBe("must not contain a lone surrogate")
  })

  it.each(["__proto__", "constructor", "toString"])("may be called %s", (name) => {
    expect(Result.getOrThrow(compile(state, { [name]: ["f0"] }))[0]!.name).toBe(name)
  })
})

describe("check", () => {
  const indexes: ReadonlyArray<RowIndex.RowIndex> = [
    { name: "one", fields: [{ field: "n", kind: "Number" }] },
    { name: "two", fields: [{ field: "a", kind: "Text" }, { field: "b", kind: "Number" }] }
  ]
  const state = (a: number, b: number): Json => ({ n: 1, a: "a".repeat(a), b: "1".repeat(b), c: "c".repeat(9999) })

  it("accepts states whose indexed texts are short enough together", () => {
    expect(RowIndex.check(indexes, state(250, 250))).toEqual(Result.succeed(state(250, 250)))
    expect(RowIndex.check([], state(999, 999))).toEqual(Result.succeed(state(999, 999)))
  })

  it.each<[RowIndex.IndexField["kind"], string]>([["Number", "1e1000"], ["Number", "NaN"], ["Instant", "2026-11-28"]])(
    "refuses a %s that cannot be sorted, %j, naming the field and the index",
    (kind, value) => {
      const refused = failureOf(RowIndex.check([{ name: "one", fields: [{ field: "a", kind }] }], { a: value }))
      expect(refused.message).toMatch(/^state must be .* in field "a" of index "one"$/)
    }
  )

  it("refuses longer ones, naming the index and its fields", () => {
    expect(failureOf(RowIndex.check(indexes, state(250, 251))).message)
      .toBe("state must not have more than 500 characters in the fields of index \"two\" (a, b)")
  })
})

describe("valuesOf", () => {
  it("gives the values in the order of the fields", () => {
    const fields = [{ field: "b", kind: "Number" }, { field: "__proto__", kind: "Text" }] as const
    expect(RowIndex.valuesOf(fields, malformed(JSON.parse(`{"__proto__": "p", "a": 1, "b": 2}`)))).toEqual([2, "p"])
  })
})
