/**
 * Rules for the values of the store's tables, checked on every read: roles may write any values into some tables, and the owner
 * can change all. A value that breaks a rule is an error that names its table, row and column.
 */
import { EventStoreError, UnreadableValue } from "@refold/store/log/EventStoreError"
import * as Result from "effect/Result"

/** The rule that a value breaks; undefined if it breaks none. */
export type Rule = (value: unknown) => string | undefined

/** A whole number from 0 to 2^53 - 1, as a bigint or a number. */
export const count: Rule = (value) => {
  const number = typeof value === "bigint" ? Number(value) : value
  return Number.isSafeInteger(number) && Number(number) >= 0
    ? undefined
    : `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`
}

/** A time that a Date can hold. The driver returns the number Infinity for "infinity", and an invalid Date for a far year. */
export const instant: Rule = (value) =>
  value instanceof Date && Number.isFinite(value.getTime()) ? undefined : "must be a time that a Date can hold"

/** A text. */
export const text: Rule = (value) => typeof value === "string" ? undefined : "must be a text"

/** A number that is neither NaN nor infinite. */
export const finite: Rule = (value) => Number.isFinite(value) ? undefined : "must be a finite number"

/** One of these texts. */
export const oneOf = (texts: ReadonlyArray<string>): Rule => (value) =>
  texts.some((one) => one === value) ? undefined : `must be ${texts.join(" or ")}`

/** Null, or a value that satisfies the rule. */
export const nullable = (rule: Rule): Rule => (value) => value === null ? undefined : rule(value)

/** A JSON object whose fields satisfy these rules. */
export const object = (fields: Readonly<Record<string, Rule>>): Rule => {
  const all = Object.entries(fields)
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "must be a JSON object"
    // Any property of an object can be read.
    const given = value as Readonly<Record<string, unknown>>
    for (const [field, rule] of all) {
      const problem = rule(given[field])
      if (problem !== undefined) return `must have a field "${field}" that ${problem}`
    }
    return undefined
  }
}

/** A table, the key of its rows, and the rules for its columns. */
export interface Table<Row extends object> {
  readonly table: string
  readonly key: (row: Row) => UnreadableValue["row"]
  readonly rules: { readonly [Column in keyof Row]?: Rule }
}

/** The row, if all its columns satisfy their rules. */
export const check = <Row extends object>(
  operation: string,
  { key, rules, table }: Table<Row>,
  row: Row
): Result.Result<Row, EventStoreError> => {
  for (const column in rules) {
    const reason = rules[column]?.(row[column])
    if (reason !== undefined) return Result.fail(unreadable(operation, { table, row: key(row), column, reason }))
  }
  return Result.succeed(row)
}

/** The failure of an operation on a value that breaks a rule. */
export const unreadable = (
  operation: string,
  value: Pick<UnreadableValue, "table" | "row" | "column" | "reason">
): EventStoreError => new EventStoreError({ operation, cause: new UnreadableValue(value), isPermanent: true })

/** All rows, each decoded. */
export const decodeAll = <Row, A>(
  rows: ReadonlyArray<Row>,
  decode: (row: Row) => Result.Result<A, EventStoreError>
): Result.Result<ReadonlyArray<A>, EventStoreError> => Result.all(rows.map(decode))
