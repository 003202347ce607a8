/** Rows that several callers share, none of which can change them: frozen where possible, else copied. */
import type { Projection } from "@refold/core/project/Projection"
import * as Result from "effect/Result"
import type { Row } from "./Row.ts"

/**
 * Freezes rows, and returns a function that gives them to a caller. A state that holds anything but plain objects and
 * arrays, such as a `Date` or a `Map`, cannot be frozen as a whole: each caller gets a copy, decoded from its encoded form.
 */
export const share = <State>(
  { decode, encode }: Pick<Projection<never, State, string>, "decode" | "encode">,
  rows: ReadonlyArray<Row<State>>
): () => ReadonlyArray<Row<State>> => {
  const given = rows.map((row) => {
    // A state that was decoded can be encoded, or the projection could not fold it.
    const encoded = freezeAll(row) ? undefined : Result.getOrUndefined(encode(row.state))
    return encoded === undefined
      ? () => row
      : () => Object.freeze({ ...row, state: Result.getOrElse(decode(encoded), () => row.state) })
  })
  return () => Object.freeze(given.map((row) => row()))
}

// Whether the value is immutable then.
const freezeAll = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return true
  if (!Array.isArray(value) && ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return false
  let isImmutable = true
  for (const part of Object.values(Object.freeze(value))) isImmutable = freezeAll(part) && isImmutable
  return isImmutable
}
