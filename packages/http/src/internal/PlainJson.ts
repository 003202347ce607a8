/** Values of errors and refusals as JSON: values that JSON cannot hold become texts. Never throws. */
import * as Option from "effect/Option"

/** A JSON value. */
export type PlainJson = null | boolean | number | string | ReadonlyArray<PlainJson> | {
  readonly [key: string]: PlainJson
}

/** The value as JSON. An `Option` is its value or null, a bigint its digits, an error its own fields with its tag. */
export const plain = (value: unknown): PlainJson => {
  try {
    const text = JSON.stringify(value, replace)
    // undefined and functions have no JSON text.
    return text === undefined ? null : JSON.parse(text)
  } catch {
    return null
  }
}

function replace(this: unknown, key: string, given: unknown): unknown {
  // `given` is the result of `toJSON`.
  const value: unknown = Reflect.get(Object(this), key)
  if (Option.isOption(value)) return Option.getOrNull(value)
  if (typeof value === "bigint") return String(value)
  if (value instanceof Error) return ownFields(value)
  return given
}

const hidden = new Set(["cause", "stack"])

const ownFields = (error: Error): object => ({
  ...("_tag" in error ? { _tag: error._tag } : {}),
  ...Object.fromEntries(Object.entries(error).filter(([key]) => !hidden.has(key)))
})
