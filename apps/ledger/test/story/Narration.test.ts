import * as DateTime from "effect/DateTime"
import { describe, expect, it } from "vitest"
import * as Narration from "../../src/story/Narration.ts"

describe("a narration", () => {
  it("joins sentences to a paragraph and separates blocks by empty lines", () => {
    expect(Narration.render(["One.", "Two.", ["a", "b"], ["c"], "Three."])).toEqual(
      ["One. Two.", "", "a", "b", "", "c", "", "Three."]
    )
    expect(Narration.render([["a"], "One.", "Two."])).toEqual(["a", "", "One. Two."])
  })

  it("wraps a paragraph at 100 characters and leaves longer words whole", () => {
    const [word, long] = ["x".repeat(30), "y".repeat(120)]
    const lines = Narration.render([`${word} ${word} ${word} ${word}`, long])
    expect(lines).toEqual([`${word} ${word} ${word}`, word, long])
  })
})

describe("a table", () => {
  const rows = [
    { id: "a", heldAt: DateTime.makeUnsafe(0), version: 1_000, balance: 123_456 },
    { id: "bcd", heldAt: undefined, version: 2, balance: -5 }
  ]

  it("aligns numbers right and formats money, times and counts", () => {
    expect(Narration.table(rows, ["id", "heldAt", "version"], ["balance"])).toEqual([
      "id   held at                   version   balance",
      "a    1970-01-01T00:00:00.000Z    1,000  1,234.56",
      "bcd                                  2     -0.05"
    ])
  })

  it("has all fields without given columns, and the first line of a text", () => {
    expect(Narration.table([{ reason: "first\nsecond", data: { a: 1 } }])).toEqual([
      "reason  data",
      `first   {"a":1}`
    ])
  })

  it("without rows is its head", () => {
    expect(Narration.table<{ readonly id: string }>([], ["id"])).toEqual(["id"])
  })
})
