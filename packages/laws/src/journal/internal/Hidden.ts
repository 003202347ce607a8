/** Data of which nobody knows whether it can be stored, and data of which everybody knows that it cannot. */
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import type { Hidden } from "./StorableLaws.ts"

/** JSON mostly, and whatever else JavaScript has. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  Arbitraries.json,
  Arbitraries.jsonObject,
  fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true, withDate: true, maxDepth: 3 })
)

/** What cannot be stored, deep in something that could. */
export const hidden: fc.Arbitrary<Hidden> = fc.record({
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
