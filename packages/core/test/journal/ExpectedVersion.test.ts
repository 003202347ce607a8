import { describe, expect, it } from "vitest"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import * as ExpectedVersion from "../../src/journal/ExpectedVersion.ts"

describe("matches", () => {
  it.each([
    [ExpectedVersion.Any, [true, true, true]],
    [ExpectedVersion.NoStream, [true, false, false]],
    [ExpectedVersion.StreamExists, [false, true, true]],
    [ExpectedVersion.Exact(0), [true, false, false]],
    [ExpectedVersion.Exact(1), [false, true, false]],
    [ExpectedVersion.Exact(2), [false, false, true]]
  ])("%j against streams of 0, 1 and 2 events", (expected, answers) => {
    expect([0, 1, 2].map((n) => ExpectedVersion.matches(expected, StreamVersion(n)))).toEqual(answers)
  })
})

describe("format", () => {
  it.each([
    [ExpectedVersion.Any, "any"],
    [ExpectedVersion.NoStream, "no stream"],
    [ExpectedVersion.StreamExists, "an existing stream"],
    [ExpectedVersion.Exact(3), "version 3"]
  ])("of %j", (expected, text) => expect(ExpectedVersion.format(expected)).toBe(text))
})
