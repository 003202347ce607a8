import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as StateCodec from "../../src/decide/internal/StateCodec.ts"
import type { Json } from "../../src/event/Json.ts"
import * as RowIndex from "../../src/project/internal/RowIndex.ts"
import { failureOf, malformed } from "../support/Sample.ts"
import { texts } from "../support/Texts.ts"

const compile = <State>(
  state: Schema.ConstraintCodec<State, unknown>,
  indexes: Readonly<Record<string, ReadonlyArray<string>>>
) => RowIndex.compile(indexes, Result.getOrThrow(StateCodec.make(state, "state")).schema.document)

const kindOf = <State>(state: Schema.ConstraintCodec<State, unknown>, field = "a") => {
  const compiled = compile(state, { byField: [field] })
  return Result.isSuccess(compiled) ? compiled.success[0]!.fields[0]!.kind : undefined
}

const field = <A extends Schema.ConstraintCodec<unknown, unknown>>(a: A) => Schema.Struct({ a })

interface Tree {
  readonly a: string
  readonly kids: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({ a: Schema.String, kids: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree)) })
const Circle: Schema.Codec<string> = Schema.suspend(() => Circle)
const Nested: Schema.Codec<{ readonly a: string }> = Schema.Union([field(Schema.String), Schema.suspend(() => Nested)])

describe("a field", () => {
  it.each<[string, Schema.ConstraintCodec<unknown, unknown>, RowIndex.Kind]>([
    ["a text", Schema.String, "Text"],
    ["a checked text", Schema.String.check(Schema.isMinLength(1), Schema.isPattern(/^a/)), "Text"],
    ["a branded text", Schema.String.pipe(Schema.brand("Name")), "Text"],
    ["a literal", Schema.Literal("x"), "Text"],
    ["one of some literals", Schema.Literals(["a", "b"]), "Text"],
    ["an enumeration of texts", Schema.Enum({ A: "a", B: "b" }), "Text"],
    ["a template", Schema.TemplateLiteral(["a", Schema.Finite]), "Text"],
    ["a time", Schema.DateTimeUtc, "Text"],
    ["a text with an identifier", Schema.String.annotate({ identifier: "Name" }), "Text"],
    ["a text with an odd identifier", Schema.String.annotate({ identifier: "a b%c/~é" }), "Text"],
    ["a text with a misleading identifier", Schema.String.annotate({ identifier: "a~1b" }), "Text"],
    [
      "a text with an identifier and a description of its key",
      Schema.String.annotate({ identifier: "Name" }).annotateKey({ description: "of the owner" }),
      "Text"
    ],
    ["a union of texts", Schema.Union([Schema.String, Schema.Literal("x")]), "Text"],
    ["one of a union of texts", Schema.Union([Schema.String, Schema.Literal("x")], { mode: "oneOf" }), "Text"],
    ["a text of digits", Schema.String.check(Schema.isPattern(/^-?\d+$/)), "Text"],
    ["a finite number", Schema.Finite, "Number"],
    ["a whole number", Schema.Int, "Number"],
    ["a checked number", Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 })), "Number"],
    ["literal numbers", Schema.Literals([1, 2]), "Number"],
    ["a bigint", Schema.BigInt, "Number"],
    ["a number or a bigint", Schema.Union([Schema.Finite, Schema.BigInt]), "Number"],
    ["a time in milliseconds", Schema.DateTimeUtcFromMillis, "Number"],
    ["a number with the identifier __proto__", Schema.Finite.annotate({ identifier: "__proto__" }), "Number"],
    ["a number with the identifier constructor", Schema.Finite.annotate({ identifier: "constructor" }), "Number"],
    ["a boolean", Schema.Boolean, "Boolean"],
    ["true", Schema.Literal(true), "Boolean"]
  ])("that is %s can be indexed", (_, schema, kind) => expect(kindOf(field(schema))).toBe(kind))

  it.each<[string, Schema.ConstraintCodec<unknown, unknown>]>([
    ["may be null", field(Schema.NullOr(Schema.String))],
    ["may be absent", Schema.Struct({ a: Schema.optionalKey(Schema.String) })],
    ["may be undefined", Schema.Struct({ a: Schema.optional(Schema.String) })],
    ["is missing", Schema.Struct({ b: Schema.String })],
    ["may be no number", field(Schema.Number)],
    ["is an object", field(field(Schema.String))],
    ["is a list", field(Schema.Array(Schema.String))],
    ["is an option", field(Schema.Option(Schema.String))],
    ["is null", field(Schema.Null)],
    ["is anything", field(Schema.Unknown)],
    ["is nothing", field(Schema.Never)],
    ["is a text or a number", field(Schema.Union([Schema.String, Schema.Finite]))],
    ["is one of literals of two kinds", field(Schema.Literals([1, "a"]))],
    ["goes round in circles", field(Circle)],
    ["is of a state that goes round in circles", Circle],
    ["is of a union that goes round in circles", Nested],
    ["is of a state that may be null", Schema.NullOr(field(Schema.String))],
    ["is the key of a record", Schema.Record(Schema.String, Schema.String)],
    ["is of a text", Schema.String],
    ["is of a list", Schema.Array(Schema.String)],
    ["is of a map", Schema.HashMap(Schema.String, Schema.String)],
    ["is of anything", Schema.Unknown],
    ["is in some members of a union", Schema.Union([field(Schema.String), Schema.Struct({ b: Schema.String })])],
    ["is in all members but the first", Schema.Union([Schema.Struct({ b: Schema.String }), field(Schema.String)])],
    ["is of two kinds in the members of a union", Schema.Union([field(Schema.String), field(Schema.Boolean)])]
  ])("that %s is refused, naming the index", (_, schema) => {
    expect(failureOf(compile(schema, { byB: [], byA: ["a"] })).field).toBe("indexes.byB")
    expect(failureOf(compile(schema, { byA: ["a"] })).message).toBe(
      "indexes.byA must have fields that are a text, boolean or finite number (not Schema.Number) in every state, unlike \"a\""
    )
  })

  it("of all members of a union can be indexed", () => {
    const state = Schema.TaggedUnion({
      Open: { owner: Schema.String, balance: Schema.BigInt },
      Closed: { owner: Schema.String, balance: Schema.Int }
    })
    for (const [name, kind] of [["_tag", "Text"], ["owner", "Text"], ["balance", "Number"]] as const) {
      expect(kindOf(state, name)).toBe(kind)
    }
  })

  it("of a struct that is annotated, recursive, a class or has a rest can be indexed", () => {
    class Held extends Schema.Class<Held>("Held")({ a: Schema.String }) {}
    const states: ReadonlyArray<Schema.ConstraintCodec<unknown, unknown>> = [
      field(Schema.String).annotate({ identifier: "St/ate ~" }),
      field(Schema.String).check(Schema.makeFilter(() => true)),
      Tree,
      Tree.annotate({ identifier: "Tree" }),
      Held,
      Schema.StructWithRest(field(Schema.String), [Schema.Record(Schema.String, Schema.String)])
    ]
    expect(states.map((state) => kindOf(state))).toEqual(states.map(() => "Text"))
  })

  it("goes by its encoded name and kind", () => {
    const state = Schema.Struct({ a: Schema.FiniteFromString }).pipe(Schema.encodeKeys({ a: "b" }))
    expect([kindOf(state), kindOf(state, "b")]).toEqual([undefined, "Text"])
    const asText = Schema.String.pipe(Schema.decodeTo(
      field(Schema.String),
      SchemaTransformation.transform({ decode: (a: string) => ({ a }), encode: ({ a }) => a })
    ))
    expect(kindOf(asText)).toBe(undefined)
  })

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "length"])("may be called %s", (name) => {
    expect(kindOf(Schema.Struct({ [name]: Schema.Boolean }), name)).toBe("Boolean")
    expect(kindOf(field(Schema.String), name)).toBe(undefined)
  })
})

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

  it("lets states pass whose indexed texts are short enough together", () => {
    expect(RowIndex.check(indexes, state(250, 250))).toEqual(Result.succeed(state(250, 250)))
    expect(RowIndex.check([], state(999, 999))).toEqual(Result.succeed(state(999, 999)))
  })

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

describe("fits", () => {
  it.each<[RowIndex.Kind, unknown]>([
    ["Text", ""],
    ["Text", "žluť 🐎"],
    ["Text", "a".repeat(500)],
    ["Number", 0],
    ["Number", -0],
    ["Number", -1.5],
    ["Number", 1e308],
    ["Number", "0"],
    ["Number", "-123456789012345678901234567890"],
    ["Boolean", false]
  ])("%s takes %j", (kind, value) => expect(RowIndex.fits(kind, value)).toBe(true))

  it.each<[RowIndex.Kind, unknown]>([
    ["Text", 1],
    ["Text", null],
    ["Text", undefined],
    ["Text", "\u0000"],
    ["Text", "\ud800"],
    ["Text", "a".repeat(501)],
    ["Text", ["a"]],
    ["Number", NaN],
    ["Number", Infinity],
    ["Number", 1n],
    ["Number", null],
    ["Number", ""],
    ["Number", "-"],
    ["Number", "1.5"],
    ["Number", "1e5"],
    ["Number", "+1"],
    ["Number", " 1"],
    ["Number", "1\n"],
    ["Number", "0x1"],
    ["Number", "١"],
    ["Number", "Infinity"],
    ["Number", "1".repeat(501)],
    ["Number", { valueOf: () => 1 }],
    ["Number", true],
    ["Boolean", 0],
    ["Boolean", "true"],
    ["Boolean", null]
  ])("%s does not take %o", (kind, value) => expect(RowIndex.fits(kind, value)).toBe(false))
})

describe("compareText", () => {
  const utf8 = (one: string, two: string) => Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(two)))

  it("orders texts as their bytes in UTF-8", () => {
    fc.assert(fc.property(texts, texts, (one, two) => {
      expect(Math.sign(RowIndex.compareText(one, two))).toBe(utf8(one, two))
    }))
  })

  it.each([["\uff5e", "\u{1f600}"], ["\uffff", "\u{10000}"], ["\ud7ff", "\ue000"], ["Z", "a"], ["a", "aa"], [
    "",
    "\n"
  ]])(
    "puts %j before %j",
    (one, two) => {
      expect(RowIndex.compareText(one, two)).toBeLessThan(0)
      expect(RowIndex.compareText(two, one)).toBeGreaterThan(0)
      expect(RowIndex.compareText(one, one)).toBe(0)
    }
  )
})

describe("compare", () => {
  const compare = (kind: RowIndex.Kind, one: RowIndex.Scalar, two: RowIndex.Scalar) => {
    const order = Math.sign(RowIndex.compare(kind, one, two))
    expect(Math.sign(RowIndex.compare(kind, two, one)) + order).toBe(0)
    return order
  }

  it.each<[RowIndex.Scalar, RowIndex.Scalar, number]>([
    [1, 2, -1],
    [2, 10, -1],
    ["2", "10", -1],
    ["-2", "-10", 1],
    ["2", 10, -1],
    [2.5, "3", -1],
    [2.5, "2", 1],
    [0, -0, 0],
    ["0", -0, 0],
    ["-0", 0, 0],
    ["007", "7", 0],
    ["9007199254740993", 9_007_199_254_740_992, 1],
    ["9007199254740993", "9007199254740992", 1],
    ["123456789012345678901234567890", "123456789012345678901234567891", -1],
    [1e308, "9".repeat(308), 1],
    [1e308, `1${"0".repeat(308)}`, 0],
    [1e23, "99999999999999991611392", 1],
    [5e-324, "0", 1],
    [-5e-324, "0", -1],
    [1.7e308, "1".repeat(400), -1]
  ])("says how the numbers %j and %j stand: %i", (one, two, order) => expect(compare("Number", one, two)).toBe(order))

  it("orders whole numbers alike as digits, as numbers and as a mixture", () => {
    const form = fc.constantFrom<(number: number) => RowIndex.Scalar>(String, Number)
    const near = fc.tuple(fc.constantFrom(0, 9, 2 ** 40, 2 ** 53 - 9), fc.integer({ min: -9, max: 9 }))
      .map(([base, distance]) => base + distance)
    fc.assert(fc.property(near, near, form, form, (one, two, formOne, formTwo) => {
      expect(compare("Number", formOne(one), formTwo(two))).toBe(Math.sign(one - two))
    }))
  })

  it("puts false before true", () => {
    expect(compare("Boolean", false, true)).toBe(-1)
    expect(compare("Boolean", true, true)).toBe(0)
  })

  it("compares texts of digits as texts", () => {
    expect(compare("Text", "10", "9")).toBe(-1)
  })
})
