/**
 * JSON that every store accepts: exactly the values that pass `storable`. The rules are those of PostgreSQL's jsonb: no
 * `\u0000`, no lone surrogates, only finite numbers, and an order of keys that is not the order of the input.
 */
import * as Result from "effect/Result"
import { keyOrder } from "./internal/KeyOrder.ts"
import { invalid, type InvalidInput } from "./InvalidInput.ts"

/** An immutable JSON value. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/** An immutable JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Maximum nesting of arrays and objects, well below the stack limits of PostgreSQL's and JavaScript's JSON parsers. */
export const maxDepth = 512

/** The place where a value will be stored. */
export interface StorableOptions {
  /** The number of arrays and objects that will enclose the value where it is stored; 0 by default. */
  readonly within?: number | undefined
}

/**
 * Copies a value as frozen JSON. As in `JSON.stringify`, a property whose value is `undefined` is left out and `-0`
 * becomes `0`; unlike `JSON.stringify`, it drops no other property with a string key and turns none into `null`. Keys are in the order
 * in which jsonb keeps them, so that all stores return the same text. The levels of `within` count towards `maxDepth`. Fails with
 * `InvalidInput`, whose field begins with `path`.
 */
export const storable = (
  value: unknown,
  path: string,
  { within = 0 }: StorableOptions = {}
): Result.Result<Json, InvalidInput> => {
  try {
    return Result.succeed(copy(value, within))
  } catch (error) {
    const { rule, steps } = error instanceof Unstorable ? error : new Unstorable(`must be readable: ${String(error)}`)
    const levels = rule === depthRule && within > 0 ? `, the ${within} levels around it included` : ""
    return invalid(path + steps.toReversed().join(""), rule + levels)
  }
}

/** The canonical text of a JSON value: sorted keys, no spaces. Equal values have equal texts. */
export const canonical = (json: Json): string => {
  if (json === null || typeof json !== "object") return JSON.stringify(json)
  if (Array.isArray(json)) return `[${json.map(canonical).join(",")}]`
  const object = json as JsonObject
  return `{${
    Object.keys(object).toSorted().map((key) => `${JSON.stringify(key)}:${canonical(object[key]!)}`).join(",")
  }}`
}

/** The rule that a string breaks if PostgreSQL cannot store it; `undefined` if it can. */
export const textProblem = (text: string): string | undefined => {
  if (text.includes("\u0000")) return "must not contain the character \\u0000"
  if (!text.isWellFormed()) return "must not contain a lone surrogate"
  return undefined
}

/** The rule that the name of a stream, a type or a key breaks; `undefined` if it breaks none. */
export const nameProblem = (name: string): string | undefined => {
  // Decoders drop it: the driver returns "\ufeffa\ufffd" without it.
  if (name.startsWith("\ufeff")) return "must not begin with a byte order mark"
  // Names come in log lines and messages, which a line break or an escape sequence of a terminal would forge.
  return textProblem(name) ?? (controls.test(name) ? "must not contain a control character or a line break" : undefined)
}

const controls = /[\p{Cc}\u2028\u2029]/u

// `copy` throws, because a Result at every node of every event would cost more than the copy; `storable` is its only
// caller and catches. The path is built while the error passes upwards: most values have none.
class Unstorable {
  readonly rule: string
  /** The steps of the path, the innermost first. */
  readonly steps: Array<string> = []
  constructor(rule: string) {
    this.rule = rule
  }
}

const depthRule = `must not nest deeper than ${maxDepth}`

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
      if (depth >= maxDepth) throw new Unstorable(depthRule)
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
  let isSorted = true
  try {
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue
      isSorted &&= entries.length === 0 || keyOrder(at, key) < 0
      at = key
      entries.push([objectKey(key), copy(item, depth + 1)])
    }
  } catch (error) {
    throw inside(`.${at}`, error)
  }
  if (!isSorted) entries.sort(([one], [other]) => keyOrder(one, other))
  // fromEntries defines own properties, so that a key like "__proto__" stays data.
  return Object.freeze(Object.fromEntries(entries))
}

const inside = (step: string, error: unknown): unknown => {
  if (error instanceof Unstorable) error.steps.push(step)
  return error
}
