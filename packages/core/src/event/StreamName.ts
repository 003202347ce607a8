/** The name of a stream, `category-id`: the category is the type of the aggregate, the id identifies one of them. */
import type * as Brand from "effect/Brand"
import * as Result from "effect/Result"
import { byteOrder } from "./internal/ByteOrder.ts"
import { invalid, type InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"

/** `category-id`, split at the first dash; 1 to 255 UTF-16 units in all. */
export type StreamName = string & Brand.Brand<"StreamName">

/** Maximum length of a stream name, in UTF-16 units. */
export const maxLength = 255

/**
 * Makes the stream name of an `id` in a `category`. Fails with `InvalidInput` if the category is empty or contains a
 * dash, the id is empty or not a string, the name is longer than `maxLength`, or PostgreSQL cannot store it.
 */
export const make = (category: string, id: string): Result.Result<StreamName, InvalidInput> => {
  const problem = categoryProblem(category)
  if (problem !== undefined) return invalid("category", problem)
  // In untyped code, `undefined` or a promise would become part of the name as a text.
  return typeof id === "string" && id.length > 0
    ? parse(`${category}-${id}`)
    : invalid("id", "must be a text that is not empty")
}

/** Parses `category-id`. Fails with `InvalidInput` as `make` does; `field` is the field of the error. */
export const parse = (name: string, field = "stream"): Result.Result<StreamName, InvalidInput> => {
  const problem = nameProblem(name)
  return problem === undefined
    // The brand means that the name is checked.
    ? Result.succeed(name as StreamName)
    : invalid(field, problem)
}

/** The part before the first dash. */
export const category = (name: StreamName): string => name.slice(0, name.indexOf("-"))

/** The part after the first dash; it may contain dashes. */
export const id = (name: StreamName): string => name.slice(name.indexOf("-") + 1)

/** The order of names, in which stores list streams: by their bytes in UTF-8. */
export const order = (one: StreamName, other: StreamName): number => byteOrder(one, other)

/** The rule that a category breaks; `undefined` if it breaks none. */
export const categoryProblem = (category: string): string | undefined => {
  if (typeof category !== "string") return "must be a text"
  if (category.length === 0) return "must not be empty"
  if (category.includes("-")) return "must not contain a dash"
  return Json.nameProblem(category)
}

const nameProblem = (name: string): string | undefined => {
  if (typeof name !== "string" || name.length === 0) return "must be a text that is not empty"
  if (name.length > maxLength) return `must not be longer than ${maxLength} characters`
  const dash = name.indexOf("-")
  if (dash < 1 || dash === name.length - 1) return "must be category-id, both not empty"
  return Json.nameProblem(name)
}
