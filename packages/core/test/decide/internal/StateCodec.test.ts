import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { describe, expect, it } from "vitest"
import * as StateCodec from "../../../src/decide/internal/StateCodec.ts"
import { at, failureOf, malformed } from "../../support/Sample.ts"

const codecOf = <State>(schema: Schema.ConstraintCodec<State, unknown>) =>
  Result.getOrThrow(StateCodec.make(schema, "state"))

const Total = Schema.Struct({ total: Schema.BigInt, at: Schema.DateTimeUtc })

describe("a codec of states", () => {
  const { decode, encode, schema } = codecOf(Total)

  it("writes frozen JSON and reads it back", () => {
    const encoded = Result.getOrThrow(encode({ total: 5n, at: at(0) }))
    expect(encoded).toEqual({ total: "5", at: "1970-01-01T00:00:00.000Z" })
    expect(Object.isFrozen(encoded)).toBe(true)
    expect(Result.getOrThrow(decode(encoded))).toEqual({ total: 5n, at: at(0) })
  })

  it("names the field that does not fit, on encoding and on decoding", () => {
    expect(failureOf(encode(malformed({ total: 5, at: at(0) })))).toMatchObject({
      _tag: "InvalidInput",
      field: "state"
    })
    expect(failureOf(encode(malformed({ total: 5, at: at(0) }))).rule).toContain("total")
    expect(failureOf(decode({ total: "5" }))).toContain("at")
  })

  it("writes only what a store can hold", () => {
    const { encode } = codecOf(Schema.Struct({ names: Schema.Array(Schema.String) }))
    expect(failureOf(encode({ names: ["a", "\u0000"] })).message)
      .toBe("state.names[1] must not contain the character \\u0000")
  })

  it("refuses a state that a client could not read again", () => {
    const { encode } = codecOf(Schema.String)
    expect(Result.isSuccess(encode("x".repeat(8 * 1024 * 1024 - 2)))).toBe(true)
    expect(failureOf(encode("x".repeat(8 * 1024 * 1024 - 1))).message)
      .toBe("state must not be longer than 8388608 bytes as JSON text")
  })

  it("drops fields that the schema does not have", () => {
    expect(encode(malformed({ total: 1n, at: at(0), extra: 1 }))).toEqual(encode({ total: 1n, at: at(0) }))
  })

  it("keeps __proto__ as a field", () => {
    const { decode, encode } = codecOf(Schema.Struct({ ["__proto__"]: Schema.String }))
    const state: { readonly ["__proto__"]: string } = JSON.parse(`{"__proto__": "a"}`)
    expect(JSON.stringify(Result.getOrThrow(encode(state)))).toBe(`{"__proto__":"a"}`)
    expect(Object.entries(Result.getOrThrow(decode(Result.getOrThrow(encode(state)))))).toEqual([["__proto__", "a"]])
  })

  it("has the schema of the encoded form", () => {
    expect(JSON.parse(schema.text)).toEqual(schema.document)
    expect(schema.text).toContain("\"total\"")
  })
})

describe("a schema that throws", () => {
  const fails = (): string => {
    throw new Error("never")
  }
  const { decode, encode } = codecOf(
    Schema.String.pipe(
      Schema.decodeTo(Schema.String, SchemaTransformation.transform<string, string>({ decode: fails, encode: fails }))
    )
  )

  it("is a failure, not an exception", () => {
    expect(failureOf(encode("a"))).toMatchObject({ field: "state", rule: expect.stringMatching("the schema threw") })
    expect(failureOf(decode("a"))).toMatch("the schema threw")
  })
})
