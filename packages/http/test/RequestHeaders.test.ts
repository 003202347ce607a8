import * as Result from "effect/Result"
import { ExpectedVersion } from "refold"
import { describe, expect, it } from "vitest"
import { etagOf, handleOptionsOf, RequestHeaders } from "../src/index.ts"

const options = (headers: RequestHeaders.HeadersInput) => Result.getOrThrow(handleOptionsOf(headers))
const failure = (headers: RequestHeaders.HeadersInput) => Result.getOrThrow(Result.flip(handleOptionsOf(headers)))

describe("handleOptionsOf", () => {
  it("reads the headers of fetch, of node:http and of any case", () => {
    const expected = { expected: ExpectedVersion.Exact(7), idempotencyKey: "k", metadata: { correlationId: "c" } }
    const record = { "If-Match": "\"7\"", "idempotency-key": "k", "X-Correlation-ID": "c" }
    expect(options(new Headers(record))).toEqual(expected)
    expect(options(record)).toEqual(expected)
    expect(options({ ...record, accept: undefined, via: ["a", "b"] })).toEqual(expected)
  })

  it("is empty without these headers", () => {
    expect(options({})).toEqual({})
    expect(options(new Headers())).toEqual({})
  })

  it.each([
    ["if-match", "\"0\"", ExpectedVersion.Exact(0)],
    ["if-match", " \"12\" ", ExpectedVersion.Exact(12)],
    ["if-match", "*", ExpectedVersion.StreamExists],
    ["if-none-match", "*", ExpectedVersion.NoStream]
  ])("%s: %s is an expected version", (name, value, expected) => {
    expect(options({ [name]: value })).toEqual({ expected })
  })

  it.each([
    ["7", "InvalidInput"],
    ["", "InvalidInput"],
    ["\"7", "InvalidInput"],
    ["\"7\", \"8\"", "InvalidInput"],
    ["W/\"7\"", "HttpProblem"],
    ["\"abc\"", "HttpProblem"],
    ["\"-1\"", "HttpProblem"],
    ["\"9007199254740993\"", "HttpProblem"]
  ])("If-Match: %s is refused with %s", (value, tag) => {
    expect(failure({ "if-match": value })).toMatchObject({ _tag: tag })
  })

  it("refuses If-None-Match with a version, and both preconditions together", () => {
    expect(failure({ "if-none-match": "\"7\"" })).toMatchObject({ field: "If-None-Match" })
    expect(failure({ "if-none-match": "*", "if-match": "*" })).toMatchObject({ field: "If-Match" })
  })

  it.each([
    ["k", "k"],
    ["\"k\"", "k"],
    ["\"a \\\"b\\\" \\\\c\"", "a \"b\" \\c"],
    ["a\"b", "a\"b"]
  ])("Idempotency-Key: %s is the key %s", (value, key) => {
    expect(options({ "idempotency-key": value })).toEqual({ idempotencyKey: key })
  })

  it.each(["", "\"\"", "\"k", "\"a\"b\"", "x".repeat(256), "a\u0007b"])("Idempotency-Key: %s is refused", (value) => {
    expect(failure({ "idempotency-key": value })).toMatchObject({ _tag: "InvalidInput", field: "Idempotency-Key" })
  })

  it.each([
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "nonsense"
  ])("traceparent: %s is ignored", (traceparent) => {
    expect(options({ traceparent })).toEqual({})
  })

  it("handleOptionsOfUnsafe throws", () => {
    expect(() => RequestHeaders.handleOptionsOfUnsafe({ "if-match": "7" })).toThrow("If-Match")
  })
})

it("etagOf gives a strong entity tag that handleOptionsOf reads", () => {
  expect(etagOf(7)).toBe("\"7\"")
  expect(options({ "if-match": etagOf(7) })).toEqual({ expected: ExpectedVersion.Exact(7) })
})
