import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { describe, expect, it } from "vitest"
import * as StateCodec from "../../src/decide/internal/StateCodec.ts"
import * as FieldKind from "../../src/project/internal/FieldKind.ts"
import type { Kind } from "../../src/project/internal/RowValue.ts"

const kindIn = <State>(state: Schema.ConstraintCodec<State, unknown>, field = "a") =>
  FieldKind.kindOf(field, Result.getOrThrow(StateCodec.make(state, "state")).schema)

const kindOf = <State>(state: Schema.ConstraintCodec<State, unknown>, field = "a") =>
  Result.getOrUndefined(kindIn(state, field))

const renamed = <A extends Schema.ConstraintCodec<unknown, unknown>>(a: A) =>
  Schema.Struct({ a, b: Schema.String }).pipe(Schema.encodeKeys({ b: "c" }))

const httpDate = SchemaTransformation.transform({
  decode: (text: string) => DateTime.makeUnsafe(text),
  encode: (time) => DateTime.toDateUtc(time).toUTCString()
})

const hexadecimal = SchemaTransformation.transform({
  decode: (text: string) => Number.parseInt(text, 16),
  encode: (number) => number.toString(16)
})

const field = <A extends Schema.ConstraintCodec<unknown, unknown>>(a: A) => Schema.Struct({ a })

interface Tree {
  readonly a: string
  readonly kids: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({ a: Schema.String, kids: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree)) })
const Circle: Schema.Codec<string> = Schema.suspend(() => Circle)
const Nested: Schema.Codec<{ readonly a: string }> = Schema.Union([field(Schema.String), Schema.suspend(() => Nested)])

describe("a field", () => {
  it.each<[string, Schema.ConstraintCodec<unknown, unknown>, Kind]>([
    ["a text", Schema.String, "Text"],
    ["a checked text", Schema.String.check(Schema.isMinLength(1), Schema.isPattern(/^a/)), "Text"],
    ["a branded text", Schema.String.pipe(Schema.brand("Name")), "Text"],
    ["a literal", Schema.Literal("x"), "Text"],
    ["one of some literals", Schema.Literals(["a", "b"]), "Text"],
    ["an enumeration of texts", Schema.Enum({ A: "a", B: "b" }), "Text"],
    ["a template", Schema.TemplateLiteral(["a", Schema.Finite]), "Text"],
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
    ["a bigint in a text", Schema.BigIntFromString, "Number"],
    ["a decimal", Schema.BigDecimal, "Number"],
    ["a checked decimal", Schema.BigDecimal.check(Schema.makeFilter((n) => n.value === 7n)), "Number"],
    ["a branded decimal in a text", Schema.BigDecimalFromString.pipe(Schema.brand("Price")), "Number"],
    ["a finite number in a text", Schema.FiniteFromString, "Number"],
    ["a decimal or a number in a text", Schema.Union([Schema.BigDecimal, Schema.FiniteFromString]), "Number"],
    ["a suspended decimal", Schema.suspend(() => Schema.BigDecimal), "Number"],
    ["a time in milliseconds", Schema.DateTimeUtcFromMillis, "Number"],
    ["a time", Schema.DateTimeUtc, "Instant"],
    ["a date", Schema.Date, "Instant"],
    ["a time in a text", Schema.DateTimeUtcFromString, "Instant"],
    ["a time from a date", Schema.DateTimeUtcFromDate, "Instant"],
    ["a date or a time", Schema.Union([Schema.Date, Schema.DateTimeUtc]), "Instant"],
    ["a URL", Schema.URL, "Text"],
    ["a text in base64", Schema.StringFromBase64, "Text"],
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
    ["may be NaN", field(Schema.Number)],
    ["is an object", field(field(Schema.String))],
    ["is a list", field(Schema.Array(Schema.String))],
    ["is an option", field(Schema.Option(Schema.String))],
    ["is null", field(Schema.Null)],
    ["is anything", field(Schema.Unknown)],
    ["is nothing", field(Schema.Never)],
    ["is a text or a number", field(Schema.Union([Schema.String, Schema.Finite]))],
    ["is one of literals of two kinds", field(Schema.Literals([1, "a"]))],
    ["is recursive", field(Circle)],
    ["is of a state that is recursive", Circle],
    ["is of a union that is recursive", Nested],
    ["is of a state that may be null", Schema.NullOr(field(Schema.String))],
    ["is the key of a record", Schema.Record(Schema.String, Schema.String)],
    ["is of a text", Schema.String],
    ["is of a list", Schema.Array(Schema.String)],
    ["is of a map", Schema.HashMap(Schema.String, Schema.String)],
    ["is of anything", Schema.Unknown],
    ["is in some members of a union", Schema.Union([field(Schema.String), Schema.Struct({ b: Schema.String })])],
    ["is in all members but the first", Schema.Union([Schema.Struct({ b: Schema.String }), field(Schema.String)])],
    ["is of two kinds in the members of a union", Schema.Union([field(Schema.String), field(Schema.Boolean)])]
  ])("that %s is refused", (_, schema) => {
    expect(kindIn(schema)).toEqual(Result.fail(
      "must have fields that are a text, boolean, instant or finite number (not Schema.Number) in every state, unlike \"a\""
    ))
  })

  it.each<[string, Schema.ConstraintCodec<unknown, unknown>]>([
    ["a zoned time", field(Schema.DateTimeZoned)],
    ["a duration in a text", field(Schema.DurationFromString)],
    ["a size in a text", field(Schema.ByteSizeFromString)],
    ["a date in another notation", field(Schema.String.pipe(Schema.decodeTo(Schema.DateTimeUtc, httpDate)))],
    ["a number in hexadecimal", field(Schema.String.pipe(Schema.decodeTo(Schema.Finite, hexadecimal)))],
    ["a number in a text that may be NaN", field(Schema.NumberFromString)],
    ["a date or a text", field(Schema.Union([Schema.Date, Schema.String]))],
    ["a decimal or a date", field(Schema.Union([Schema.BigDecimal, Schema.Date]))],
    [
      "a number in some members of a union, a text in others",
      Schema.Union([field(Schema.FiniteFromString), field(Schema.String)])
    ],
    [
      "a number in a text that gets another name",
      Schema.Struct({ b: Schema.FiniteFromString }).pipe(Schema.encodeKeys({ b: "a" }))
    ],
    [
      "a number in a text that gets another name in some members of a union",
      Schema.Union([
        Schema.Struct({ b: Schema.FiniteFromString }).pipe(Schema.encodeKeys({ b: "a" })),
        field(Schema.String)
      ])
    ],
    ["a number in a text, with another field that gets another name", renamed(Schema.FiniteFromString)]
  ])("whose texts sort differently from its values is refused: %s", (_, schema) => {
    expect(kindIn(schema)).toEqual(Result.fail(
      "must have fields that sort as they are stored, unlike \"a\": store it as a number, a BigDecimal, a Date or a DateTime.Utc"
    ))
  })

  it("keeps its meaning in a class, in the members of a union, and with another field that gets another name", () => {
    class Priced extends Schema.Class<Priced>("Priced")({ a: Schema.BigDecimal }) {}
    const states: ReadonlyArray<Schema.ConstraintCodec<unknown, unknown>> = [
      Priced,
      Schema.Union([Priced, field(Schema.BigDecimal)]),
      Schema.Struct({ b: Schema.BigDecimal }).pipe(Schema.encodeKeys({ b: "a" })),
      renamed(Schema.BigDecimal),
      Schema.suspend(() => Priced)
    ]
    expect(states.map((state) => kindOf(state))).toEqual(states.map(() => "Number"))
    expect(kindOf(renamed(Schema.String))).toBe("Text")
    const other = Schema.Union([field(Schema.Literal("x")), Schema.Struct({ a: Schema.String, d: Schema.Date })])
    const Inner = Schema.Struct({ _tag: Schema.String, since: Schema.Date, at: Schema.Finite })
    const rewritten = other.pipe(Schema.decodeTo(
      Schema.toType(Inner),
      SchemaTransformation.transform<typeof Inner.Type, typeof other.Encoded & { readonly a: string }>({
        decode: ({ a }) => ({ _tag: a, since: new Date(0), at: 0 }),
        encode: ({ _tag: a }) => ({ a, d: new Date(0) })
      })
    ))
    expect(kindOf(rewritten)).toBe("Text")
    expect(kindOf(renamed(Schema.BigDecimal), "c")).toBe("Text")
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

  it("uses its encoded name and kind", () => {
    const state = Schema.Struct({ a: Schema.String }).pipe(Schema.encodeKeys({ a: "b" }))
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
