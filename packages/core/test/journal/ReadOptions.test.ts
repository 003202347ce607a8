import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as AsOf from "../../src/journal/AsOf.ts"
import * as Journal from "../../src/journal/Journal.ts"
import * as ReadOptions from "../../src/journal/ReadOptions.ts"
import { at, event, failureOf, journalOf, malformed, write } from "../support/Sample.ts"

const check = (options: object) => ReadOptions.check(malformed<ReadOptions.ReadAllOptions>(options))

const notCounts = [-1, -0.5, 0.5, NaN, Infinity, -Infinity, 2 ** 53, "1", null]

describe("check", () => {
  it("returns valid options unchanged", () => {
    const options: ReadOptions.ReadAllOptions = {
      asOf: AsOf.position(3),
      recordedAt: { from: at(2), to: at(1) },
      occurredAt: {},
      types: ["A"],
      categories: ["a", "b"],
      limit: 0
    }
    expect(Result.getOrThrow(ReadOptions.check(options))).toEqual(options)
  })

  it("treats undefined options as absent", () => {
    const options = {
      after: undefined,
      asOf: undefined,
      recordedAt: { from: undefined },
      types: undefined,
      categories: undefined,
      limit: undefined
    }
    expect(Result.isSuccess(check(options))).toBe(true)
  })

  it.each(notCounts)("refuses %j as a number of events", (count) => {
    expect(failureOf(check({ after: count })).message).toBe("after must be a whole number of 0 or more")
    expect(failureOf(check({ limit: count })).message).toBe("limit must be a whole number of 0 or more")
    expect(failureOf(check({ asOf: { _tag: "Version", version: count } })).message)
      .toBe("asOf.version must be a whole number of 0 or more")
    expect(failureOf(check({ asOf: { _tag: "Position", position: count } })).message)
      .toBe("asOf.position must be a whole number of 0 or more")
  })

  it("refuses a column that no event has, naming its place, and no columns", () => {
    expect(failureOf(check({ columns: ["type", "size"] })).message).toBe(
      "columns[1] must be one of stream, version, position, commit, id, type, schemaVersion, data, metadata, occurredAt, recordedAt"
    )
    expect(failureOf(check({ columns: [] })).message).toBe("columns must have at least one column, or be left out")
    expect(Result.isSuccess(check({ columns: ["id", "data"] }))).toBe(true)
  })

  it("refuses a category that no stream can have, naming its place", () => {
    expect(failureOf(check({ categories: ["a", "b-c"] })).message).toBe("categories[1] must not contain a dash")
    expect(failureOf(check({ categories: [""] })).message).toBe("categories[0] must not be empty")
    expect(failureOf(check({ categories: ["\u0000"] })).message)
      .toBe("categories[0] must not contain the character \\u0000")
  })

  it("refuses a value that is not a past point", () => {
    expect(failureOf(check({ asOf: { _tag: "Yesterday" } })).field).toBe("asOf")
    expect(failureOf(check({ asOf: { _tag: "RecordedAt", instant: new Date(0) } })).field).toBe("asOf.instant")
  })

  it("refuses times that no store can hold, naming the end of the range", () => {
    const beyond = DateTime.makeUnsafe(8_640_000_000_000_000)
    expect(failureOf(check({ recordedAt: { from: beyond } })).field).toBe("recordedAt.from")
    expect(failureOf(check({ occurredAt: { to: beyond } })).field).toBe("occurredAt.to")
  })

  it("refuses a category that is no text", () => {
    expect(failureOf(check({ categories: [1] })).message).toBe("categories[0] must be a text")
  })

  it("refuses a type name that no event can have, naming its place", () => {
    expect(failureOf(check({ types: ["A", "\u0000"] })).field).toBe("types[1]")
    expect(failureOf(check({ types: ["\ud800"] })).field).toBe("types[0]")
  })
})

describe("includes", () => {
  const [first] = Result.getOrThrow(Journal.readAll(journalOf(
    { writes: [write("account-1", [event(1, { type: "Opened", occurredAt: at(500) })])] }
  )))
  const includes = (options: ReadOptions.ReadAllOptions) => ReadOptions.includes(options, first!)

  it("every event by default", () => {
    expect(includes({})).toBe(true)
  })

  // The event was recorded at 1000 ms and occurred at 500 ms.
  it.each([
    [{ recordedAt: { from: at(1000) } }, true],
    [{ recordedAt: { from: at(1001) } }, false],
    [{ recordedAt: { to: at(1000) } }, false],
    [{ recordedAt: { to: at(1001) } }, true],
    [{ recordedAt: { from: at(1000), to: at(1000) } }, false],
    [{ recordedAt: { from: at(1001), to: at(999) } }, false],
    [{ occurredAt: { from: at(500), to: at(501) } }, true],
    [{ occurredAt: { from: at(501) } }, false],
    [{ occurredAt: { to: at(500) } }, false],
    [{ asOf: AsOf.recordedAt(at(1000)) }, true],
    [{ asOf: AsOf.recordedAt(at(999)) }, false],
    [{ types: ["Other", "Opened"] }, true],
    [{ types: ["Open"] }, false],
    [{ types: [] }, false],
    [{ categories: ["transfer", "account"] }, true],
    [{ categories: ["acc"] }, false],
    [{ categories: [] }, false],
    [{ types: ["Opened"], categories: ["transfer"] }, false],
    [{ recordedAt: { from: at(1000) }, occurredAt: { from: at(1000) } }, false]
  ])("of %j is %s", (options, answer) => expect(includes(options)).toBe(answer))
})
