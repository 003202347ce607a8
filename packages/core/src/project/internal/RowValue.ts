/** The values of index fields, and how they are compared. */
import * as BigDecimal from "effect/BigDecimal"
import { textProblem } from "../../event/Json.ts"

/**
 * How the values of a field are compared. Text is compared by code points, whatever the database's collation. A number is a
 * JSON number or a decimal in a text, an instant a text as `Date.toISOString` writes it.
 */
export type Kind = "Text" | "Number" | "Instant" | "Boolean"

/** The encoded value of an index field. A bigint and a `BigDecimal` are encoded as texts and compared as numbers. */
export type Scalar = string | number | boolean

/**
 * Maximum total length of the strings in an index's fields, in UTF-16 units: with a key, they fit the 2,704 bytes of an
 * entry of PostgreSQL's indexes.
 */
export const maxText = 500

/** Whether a value is valid for a field of this kind. */
export const fits = (kind: Kind, value: unknown): value is Scalar => {
  if (typeof value === "string" && value.length > maxText) return false
  switch (kind) {
    case "Text":
      return typeof value === "string" && textProblem(value) === undefined
    case "Boolean":
      return typeof value === "boolean"
    case "Number":
      return typeof value === "string" ? decimals.test(value) : Number.isFinite(value)
    case "Instant":
      return typeof value === "string" && instants.test(value) && isInstant(value)
  }
}

/** The rule of values of a kind. */
export const ruleOf = (kind: Kind): string => {
  switch (kind) {
    case "Text":
      return `must be a storable text of at most ${maxText} characters`
    case "Number":
      return `must be a finite number, or a decimal in a text of at most ${maxText} characters, with an exponent of at most 3 digits`
    case "Instant":
      return `must be an instant in UTC with milliseconds, such as "2026-11-28T09:30:00.000Z"`
    case "Boolean":
      return "must be true or false"
  }
}

/** Compares two values of a field; negative if the first sorts before the second. */
export const compare = (kind: Kind, one: Scalar, two: Scalar): number => {
  if (kind === "Text") return compareText(String(one), String(two))
  if (kind === "Instant") return compareText(instantKey(String(one)), instantKey(String(two)))
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

/**
 * A text that sorts as the instant does: its sign and a year of six digits, those of a negative year subtracted from 9. Years
 * before 0 and after 9999 are written with a sign and six digits, which sorts before all other years.
 */
export const instantKey = (instant: string): string => {
  if (instant.startsWith("+")) return `1${instant.slice(1)}`
  if (!instant.startsWith("-")) return `100${instant}`
  return `0${instant.slice(1, 7).replace(/\d/g, (digit) => String(9 - Number(digit)))}${instant.slice(7)}`
}

const decimal = (value: Scalar): BigDecimal.BigDecimal => BigDecimal.fromStringUnsafe(String(value))

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

const decimals = /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/

const instants = /^(\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const isInstant = (text: string): boolean => {
  const millis = Date.parse(text)
  return Number.isFinite(millis) && new Date(millis).toISOString() === text
}
