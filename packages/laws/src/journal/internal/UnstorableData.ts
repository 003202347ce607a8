/** Any JavaScript value, and values that cannot be stored. */
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import type { NestedValue } from "./StorableLaws.ts"

/** JavaScript values of every type, most of them JSON. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  Arbitraries.json,
  Arbitraries.jsonObject,
  fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true, withDate: true, maxDepth: 3 })
)

/** A value that cannot be stored, nested in data that can. */
export const nestedUnstorable: fc.Arbitrary<NestedValue> = fc.record({
  path: fc.array(fc.oneof(Arbitraries.key, fc.nat(2)), { maxLength: 4 }),
  value: fc.constantFrom<unknown>(
    NaN,
    Infinity,
    -Infinity,
    "a\u0000",
    "\uD800",
    "\uDC00\uD800",
    1n,
    Symbol.iterator,
    new Date(0),
    new Map(),
    fc.nat
  )
})
