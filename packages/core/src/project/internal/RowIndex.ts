/**
 * The indexes of a projection's rows: the fields of the encoded state that rows can be filtered and sorted by. Rows are
 * sorted by the fields of an index in their order, then by key.
 */
import * as BigDecimal from "effect/BigDecimal"
import * as Result from "effect/Result"
import type { JsonSchema } from "../../decide/internal/StateCodec.ts"
import { invalid, type InvalidInput } from "../../event/InvalidInput.ts"
import { type Json, type JsonObject, textProblem } from "../../event/Json.ts"
import * as NewEvent from "../../event/NewEvent.ts"

/** How the values of a field are compared. Text is compared by code points, whatever the database's collation. */
export type Kind = "Text" | "Number" | "Boolean"

/** A field of the encoded state in an index: every state has it, with the same kind of value. */
export interface IndexField {
  readonly field: string
  readonly kind: Kind
}

/** An index: its name and its fields, in order. */
export interface RowIndex {
  readonly name: string
  readonly fields: ReadonlyArray<IndexField>
}

/**
 * The value of an index field. A bigint is encoded as a string of digits and compared as a number; other types that are
 * encoded as strings (dates, decimals …) are compared as text.
 */
export type Scalar = string | number | boolean

/** Maximum number of fields of an index: PostgreSQL's indexes have 32 columns, and adapters add some of their own. */
const maxFields = 16

/**
 * Maximum total length of the strings in an index's fields, in UTF-16 units: with a key, they fit the 2,704 bytes of an
 * entry of PostgreSQL's indexes.
 */
export const maxText = 500

/**
 * Finds the kinds of the indexes' fields in the schema of the encoded state. Fails with `InvalidInput` for the index if
 * a field may be absent or null, or is not a string, finite number or boolean in every state.
 */
export const compile = (
  indexes: Readonly<Record<string, ReadonlyArray<string>>>,
  document: JsonSchema
): Result.Result<ReadonlyArray<RowIndex>, InvalidInput> =>
  Result.all(Object.entries(indexes).map(([name, fields]) => compileOne(name, fields, document)))

const compileOne = (
  name: string,
  fields: ReadonlyArray<string>,
  document: JsonSchema
): Result.Result<RowIndex, InvalidInput> =>
  Result.gen(function*() {
    const path = `indexes.${name}`
    yield* NewEvent.checkName(name, path)
    if (fields.length < 1 || fields.length > maxFields)
      return yield* invalid(path, `must have 1 to ${maxFields} fields`)
    if (new Set(fields).size < fields.length)
      return yield* invalid(path, "must not have a field twice")
    const typed: Array<IndexField> = []
    for (const field of fields) {
      const kind = kindOf(field, document)
      if (kind === undefined) {
        return yield* invalid(
          path,
          `must have fields that are a text, boolean or finite number (not Schema.Number) in every state, unlike "${field}"`
        )
      }
      typed.push({ field, kind })
    }
    return { name, fields: typed }
  })

/** Checks a state. Fails with `InvalidInput` for the first index whose strings exceed `maxText`. */
export const check = (indexes: ReadonlyArray<RowIndex>, state: Json): Result.Result<Json, InvalidInput> => {
  for (const { fields, name } of indexes) {
    const length = valuesOf(fields, state).reduce<number>((sum, value) => sum + lengthOf(value), 0)
    if (length > maxText) {
      const names = fields.map(({ field }) => field).join(", ")
      const rule = `must not have more than ${maxText} characters in the fields of index "${name}" (${names})`
      return invalid("state", rule)
    }
  }
  return Result.succeed(state)
}

/** The values of an index's fields in an encoded state. */
export const valuesOf = (fields: ReadonlyArray<IndexField>, state: Json): ReadonlyArray<Scalar> =>
  // `compile` checked that every state has them.
  fields.map(({ field }) => (state as JsonObject)[field] as Scalar)

/** Whether a value is valid for a field of this kind. */
export const fits = (kind: Kind, value: unknown): value is Scalar => {
  if (typeof value === "string" && value.length > maxText) return false
  switch (kind) {
    case "Text":
      return typeof value === "string" && textProblem(value) === undefined
    case "Boolean":
      return typeof value === "boolean"
    case "Number":
      return typeof value === "string" ? digits.test(value) : Number.isFinite(value)
  }
}

/** Compares two values of a field; negative if the first sorts before the second. */
export const compare = (kind: Kind, one: Scalar, two: Scalar): number => {
  if (kind === "Text") return compareText(String(one), String(two))
  // As in a database: digits are exact beyond the range of a double, and a number is the decimal in its JSON.
  if (typeof one === "string" || typeof two === "string") return BigDecimal.Order(decimal(one), decimal(two))
  return one < two ? -1 : one > two ? 1 : 0
}

/** Compares two strings by code points, as UTF-8 bytes do; UTF-16 units would sort "\u{1F600}" before "\uFF5E". */
export const compareText = (one: string, two: string): number => {
  const length = Math.min(one.length, two.length)
  for (let index = 0; index < length; index++) {
    const [a, b] = [one.charCodeAt(index), two.charCodeAt(index)]
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1
  }
  return one.length - two.length
}

const decimal = (value: Scalar): BigDecimal.BigDecimal => BigDecimal.fromStringUnsafe(String(value))

const lengthOf = (value: Scalar): number => typeof value === "string" ? value.length : 0

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

const digits = /^-?\d+$/

// The kind of a field in all states; undefined if it differs.
const kindOf = (field: string, document: JsonSchema): Kind | undefined =>
  kindIn(document, schemaAt(document, "schema"), (state) => {
    const { required } = state
    return Array.isArray(required) && required.includes(field)
      ? kindIn(document, schemaAt(schemaAt(state, "properties"), field), scalarKind)
      : undefined
  })

const scalarKind = ({ pattern, type }: JsonSchema): Kind | undefined => {
  // A bigint is encoded with this pattern.
  if (type === "string") return pattern === "^-?\\d+$" ? "Number" : "Text"
  return type === "number" || type === "integer" ? "Number" : type === "boolean" ? "Boolean" : undefined
}

// The kind in all members of a schema's unions. `open` are the references on the way: they may be circular.
const kindIn = (
  document: JsonSchema,
  schema: JsonSchema,
  kindAt: (plain: JsonSchema) => Kind | undefined,
  open: ReadonlyArray<string> = []
): Kind | undefined => {
  const { $ref, allOf, anyOf, oneOf = anyOf } = schema
  const inMember = (member: JsonSchema) => kindIn(document, member, kindAt, open)
  if (typeof $ref === "string") {
    const target = schemaAt(schemaAt(document, "definitions"), nameIn($ref))
    return open.includes($ref) ? undefined : kindIn(document, target, kindAt, [...open, $ref])
  }
  if (Array.isArray(oneOf)) return same(oneOf.map(inMember))
  const own = kindAt(schema)
  return own === undefined && Array.isArray(allOf) ? allOf.map(inMember).find((kind) => kind !== undefined) : own
}

const schemaAt = (schema: JsonSchema, key: string): JsonSchema => Object(schema[key]) as JsonSchema

// A reference is a JSON pointer in a URL: "#/$defs/a~1b%20c" is to "a/b c".
const nameIn = (reference: string): string =>
  decodeURIComponent(reference.slice(reference.lastIndexOf("/") + 1)).replaceAll("~1", "/").replaceAll("~0", "~")

const same = (kinds: ReadonlyArray<Kind | undefined>): Kind | undefined =>
  kinds.every((kind) => kind === kinds[0]) ? kinds[0] : undefined
