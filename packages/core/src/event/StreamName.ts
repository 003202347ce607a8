/** The name of a stream, `category-id`: the category says what kind of thing it is, the id which one. */
import type * as Brand from "effect/Brand"
import * as Result from "effect/Result"
import { InvalidInput } from "./InvalidInput.ts"
import * as Json from "./Json.ts"

/** `category-id`, split at the first dash; 1 to 255 UTF-16 units in all. */
export type StreamName = string & Brand.Brand<"StreamName">

/** The longest stream name, in UTF-16 units. */
export const maxLength = 255

/**
 * The stream of one `id` in a `category`. Fails with `InvalidInput` where the category is empty or holds a dash, the
 * id is empty, the whole is too long or PostgreSQL could not store its text.
 */
export const make = (category: string, id: string): Result.Result<StreamName, InvalidInput> => {
  const problem = categoryProblem(category)
  return problem === undefined
    ? parse(`${category}-${id}`)
    : Result.fail(new InvalidInput({ field: "category", rule: problem }))
}

/** Reads `category-id`. Fails with `InvalidInput` as `make` does; `field` names the input in the error. */
export const parse = (name: string, field = "stream"): Result.Result<StreamName, InvalidInput> => {
  const problem = nameProblem(name)
  return problem === undefined
    // The checks above are the brand's definition.
    ? Result.succeed(name as StreamName)
    : Result.fail(new InvalidInput({ field, rule: problem }))
}

/** What stands before the first dash. */
export const category = (name: StreamName): string => name.slice(0, name.indexOf("-"))

/** What stands after the first dash; it may hold dashes. */
export const id = (name: StreamName): string => name.slice(name.indexOf("-") + 1)

/** Why a text cannot be a category, or `undefined` where it can. */
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
