/**
 * JSON as a database can hold it: every adapter stores exactly the values that pass `storable`, so what one accepts
 * no other refuses. PostgreSQL's jsonb sets the rules: no `\u0000`, no lone surrogates, no numbers that are not finite.
 */
import * as Result from "effect/Result"
import { InvalidInput } from "./InvalidInput.ts"

/** A JSON value that no one can change. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/** A JSON object that no one can change. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** How deep arrays and objects may nest; well inside the stack of PostgreSQL's and JavaScript's JSON parsers. */
export const maxDepth = 512

/**
 * Copies a value as frozen JSON, or names the path and the rule it breaks. As in `JSON.stringify`, a property whose
 * value is `undefined` is left out and `-0` becomes `0`; unlike there, nothing else that has a text for a key is
 * dropped or turned into `null`.
 */
export const storable = (value: unknown, path: string): Result.Result<Json, InvalidInput> => {
  try {
    return Result.succeed(copy(value, 0))
  } catch (error) {
    const { rule, steps } = error instanceof Unstorable ? error : new Unstorable(`must be readable: ${String(error)}`)
    return Result.fail(new InvalidInput({ field: path + steps.toReversed().join(""), rule }))
  }
}

/** The one text of a JSON value: keys sorted, no spaces. Equal values have equal texts. */
export const canonical = (json: Json): string => {
  if (json === null || typeof json !== "object") return JSON.stringify(json)
  if (Array.isArray(json)) return `[${json.map(canonical).join(",")}]`
  const object = json as JsonObject
  return `{${
    Object.keys(object).toSorted().map((key) => `${JSON.stringify(key)}:${canonical(object[key]!)}`).join(",")
  }}`
}

/** Why PostgreSQL could not hold a text, or `undefined` where it can. */
export const textProblem = (text: string): string | undefined => {
  if (text.includes("\u0000")) return "must not contain the character \\u0000"
  if (!text.isWellFormed()) return "must not contain a lone surrogate"
  return undefined
}

/** Why a text cannot be the name of something stored, or `undefined` where it can. */
export const nameProblem = (name: string): string | undefined =>
  // Nobody means one, and decoders drop it: the driver gives back "\ufeffa\ufffd" without it.
  name.startsWith("\ufeff") ? "must not begin with a byte order mark" : textProblem(name)

// The walk reports by throwing, because a Result at every node of every event would cost more than the copy; `storable`
// is the only caller and catches. The path is put together on the way back: few walks need one.
class Unstorable {
  readonly rule: string
  /** From the value that breaks the rule outwards. */
  readonly steps: Array<string> = []
  constructor(rule: string) {
    this.rule = rule
  }
}

const copy = (value: unknown, depth: number): Json => {
  switch (typeof value) {
    case "string":
      return text(value)
    case "number":
      return number(value)
    case "boolean":
      return value
    case "object":
      if (value === null) return null
      if (depth >= maxDepth) throw new Unstorable(`must not nest deeper than ${maxDepth}`)
      return Array.isArray(value) ? copyArray(value, depth) : copyObject(value, depth)
    default:
      throw new Unstorable(`must be JSON, not ${typeof value}`)
  }
}

const text = (value: string): string => {
  const problem = textProblem(value)
  if (problem !== undefined) throw new Unstorable(problem)
  return value
}

const objectKey = (key: string): string => {
  // The V8 of Node 24 and 26 misreads such keys: after JSON.parse('{"x":0,"\\\\":0}'), JSON.parse('{"x":0,"\\n":0}') has
  // the key "\\" (seen in 24.11.0 and 26.10.0, not in 20.19.5). Stored, they would come back as another key.
  if (key.length === 1 && (key < " " || key === "\"") && key !== "\u0000") {
    throw new Unstorable("must not be a quote mark or control character alone")
  }
  return text(key)
}

const number = (value: number): number => {
  if (!Number.isFinite(value)) throw new Unstorable("must be a finite number")
  return value === 0 ? 0 : value
}

const copyArray = (value: ReadonlyArray<unknown>, depth: number): Json => {
  let index = 0
  try {
    const items: Array<Json> = []
    for (; index < value.length; index++) items.push(copy(value[index], depth + 1))
    return Object.freeze(items)
  } catch (error) {
    throw inside(`[${index}]`, error)
  }
}

const copyObject = (value: object, depth: number): Json => {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Unstorable(`must be a plain object, not ${value.constructor?.name ?? "an exotic one"}`)
  }
  const entries: Array<[string, Json]> = []
  let at = ""
  try {
    for (const [key, item] of Object.entries(value)) {
      at = key
      if (item !== undefined) entries.push([objectKey(key), copy(item, depth + 1)])
    }
  } catch (error) {
    throw inside(`.${at}`, error)
  }
  // fromEntries defines own properties, so that a key like "__proto__" stays data.
  return Object.freeze(Object.fromEntries(entries))
}

const inside = (step: string, error: unknown): unknown => {
  if (error instanceof Unstorable) error.steps.push(step)
  return error
}
