import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as NewEvent from "../../src/event/NewEvent.ts"
import { at, event, failureOf, malformed } from "../support/Sample.ts"

const refusal = (fields: object) =>
  failureOf(NewEvent.check(malformed({ ...event(1), ...fields }), "events[3]")).message

describe("check", () => {
  it("returns every field of a valid event and nothing else", () => {
    const good = event(1, {
      data: { a: [1] },
      metadata: { correlationId: "c", causationId: "d", actor: "e", own: { key: true } }
    })
    expect(Result.getOrThrow(NewEvent.check(malformed({ ...good, extra: 1 }), "e"))).toEqual(good)
  })

  it("writes the id in lower case", () => {
    const checked = NewEvent.check(event(1, { id: malformed("ABCDEF00-0000-7000-8000-000000000001") }), "e")
    expect(Result.getOrThrow(checked).id).toBe("abcdef00-0000-7000-8000-000000000001")
  })

  it("returns a frozen copy", () => {
    const data = { list: [1] }
    const metadata = { actor: "me" }
    const checked = Result.getOrThrow(NewEvent.check(event(1, { data, metadata }), "e"))
    data.list.push(2)
    metadata.actor = "you"
    expect(checked).toMatchObject({ data: { list: [1] }, metadata: { actor: "me" } })
    for (const part of [checked, checked.data, checked.metadata]) expect(Object.isFrozen(part)).toBe(true)
  })

  it.each<[string, object, string]>([
    ["an id that is no UUID", { id: "1" }, "events[3].id must be a UUID"],
    ["no id", { id: undefined }, "events[3].id must be a UUID"],
    ["an empty type", { type: "" }, "events[3].type must be a text of 1 to 255 characters"],
    ["a type of 256 characters", { type: "x".repeat(256) }, "events[3].type must be a text of 1 to 255 characters"],
    ["a type that is no text", { type: 7 }, "events[3].type must be a text of 1 to 255 characters"],
    ["NUL in the type", { type: "a\u0000" }, "events[3].type must not contain the character \\u0000"],
    ...["\n", "\r", "\t", "\u001b[31m", "\u007f", "\u0085", "\u009b", "\u2028", "\u2029"].map((
      control
    ): [string, object, string] => [
      `the character ${JSON.stringify(control)} in the type`,
      { type: `A${control}B` },
      "events[3].type must not contain a control character or a line break"
    ]),
    ["a byte order mark before the type", { type: "\ufeffA" }, "events[3].type must not begin with a byte order mark"],
    ["a lone surrogate in the type", { type: "\ud800" }, "events[3].type must not contain a lone surrogate"],
    ...[0, -1, 1.5, NaN, Infinity, 32_768, "1", undefined].map((schemaVersion): [string, object, string] => [
      `schema version ${schemaVersion}`,
      { schemaVersion },
      "events[3].schemaVersion must be a whole number from 1 to 32767"
    ]),
    ["data that is not JSON", { data: { a: [1n] } }, "events[3].data.a[0] must be JSON, not bigint"],
    ["no data", { data: undefined }, "events[3].data must be JSON, not undefined"],
    ["metadata that is null", { metadata: null }, "events[3].metadata must be an object"],
    ["metadata that is a list", { metadata: [] }, "events[3].metadata must be an object"],
    ["metadata that is a text", { metadata: "me" }, "events[3].metadata must be an object"],
    ["no metadata", { metadata: undefined }, "events[3].metadata must be an object"],
    [
      "a correlation id that is no text",
      { metadata: { correlationId: 1 } },
      "events[3].metadata.correlationId must be a text"
    ],
    [
      "a causation id that is no text",
      { metadata: { causationId: null } },
      "events[3].metadata.causationId must be a text"
    ],
    ["an actor that is no text", { metadata: { actor: {} } }, "events[3].metadata.actor must be a text"],
    ["metadata that is not JSON", { metadata: { own: NaN } }, "events[3].metadata.own must be a finite number"],
    [
      "a time that is a Date",
      { occurredAt: new Date(0) },
      "events[3].occurredAt must be a time in the years 1 to 9999, in whole milliseconds"
    ],
    [
      "no time",
      { occurredAt: undefined },
      "events[3].occurredAt must be a time in the years 1 to 9999, in whole milliseconds"
    ]
  ])("refuses %s", (_, fields, message) => expect(refusal(fields)).toBe(message))

  it("takes the longest type and the highest schema version", () => {
    const checked = NewEvent.check(event(1, { type: "x".repeat(255), schemaVersion: 32_767 }), "e")
    expect(Result.isSuccess(checked)).toBe(true)
  })

  it("takes metadata whose optional keys are undefined, and leaves them out", () => {
    const checked = NewEvent.check(event(1, { metadata: malformed({ actor: undefined, own: 1 }) }), "e")
    expect(Object.keys(Result.getOrThrow(checked).metadata)).toEqual(["own"])
  })
})

describe("checkTime", () => {
  it.each(["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"])("takes %s", (iso) => {
    const time = DateTime.makeUnsafe(iso)
    expect(DateTime.formatIso(Result.getOrThrow(NewEvent.checkTime(time, "t")))).toBe(iso)
  })

  it.each(["0000-12-31T23:59:59.999Z", "+010000-01-01T00:00:00.000Z"])("refuses %s", (iso) => {
    expect(failureOf(NewEvent.checkTime(DateTime.makeUnsafe(iso), "t")).message)
      .toBe("t must be a time in the years 1 to 9999, in whole milliseconds")
  })

  it("takes a time in a zone as the instant that it is", () => {
    const zoned = DateTime.makeZonedUnsafe(0, { timeZone: "Europe/Prague" })
    const checked = Result.getOrThrow(NewEvent.checkTime(malformed(zoned), "t"))
    expect(DateTime.isUtc(checked)).toBe(true)
    expect(checked).toEqual(at(0))
  })
})
