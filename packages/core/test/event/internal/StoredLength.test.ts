import { describe, expect, it } from "vitest"
import { storedLength } from "../../../src/event/internal/StoredLength.ts"
import type { Json } from "../../../src/event/Json.ts"

// The answers of PostgreSQL 18 to `select octet_length($1::jsonb::text)`; the adapter's tests query a server for any value.
const cases: ReadonlyArray<readonly [value: Json, length: number]> = [
  [null, 4],
  [true, 4],
  [false, 5],
  [0, 1],
  [-12.5, 5],
  [1e308, 309],
  [-1e308, 310],
  [1.7976931348623157e308, 309],
  [1.5e21, 22],
  [5e-324, 326],
  [-1.25e-7, 12],
  [1e-7, 9],
  ["", 2],
  ["aé€𝄞", 12],
  ["\"\\/\b\t\n\f\r", 17],
  ["\u0001\u000b\u001f\u007f", 21],
  [[], 2],
  [[1], 3],
  [[1, 2], 6],
  [{}, 2],
  [{ a: 1 }, 8],
  [{ é: [true], "\n": {} }, 24]
]

describe("the length of JSON as a store returns it", () => {
  it.each(cases)("of %j is %i bytes", (value, length) => {
    expect(storedLength(value)).toBe(length)
  })

  it("of a value that nests too deep counts the levels that can be stored", () => {
    let deep: Json = []
    for (let level = 1; level < 100_000; level++) deep = level % 2 === 0 ? [deep] : { a: deep }
    expect(storedLength(deep)).toBe(256 * 2 + 256 * 7 + 2)
  })
})
