import * as fc from "fast-check"
import { expect, it } from "vitest"
import { keyOrder } from "../../../src/event/internal/KeyOrder.ts"

// jsonb's own comparison: the number of bytes, then memcmp.
const jsonbOrder = (one: string, other: string): number =>
  Math.sign(Buffer.byteLength(one) - Buffer.byteLength(other) || Buffer.compare(Buffer.from(one), Buffer.from(other)))

it("keys are ordered as by jsonb: by the number of bytes in UTF-8, then by bytes", () => {
  const key = fc.string({ unit: "grapheme", maxLength: 6 })
  const property = fc.property(key, key, (one, other) => Math.sign(keyOrder(one, other)) === jsonbOrder(one, other))
  expect(fc.check(property, { numRuns: 1000 })).toMatchObject({ failed: false })
})

it.each([
  ["b", "aa"],
  ["zz", "é~"],
  ["", "a"],
  ["ab", "ac"],
  // In UTF-16 the second one is less: its first unit is a surrogate.
  ["\uffeea", "\u{1f40e}"],
  ["éé", "\u{1f40e}"],
  ["aaaa", "\u{1f40e}"]
])("%j is before %j", (one, other) => {
  expect(keyOrder(one, other)).toBeLessThan(0)
  expect(keyOrder(other, one)).toBeGreaterThan(0)
  expect(jsonbOrder(one, other)).toBe(-1)
})
