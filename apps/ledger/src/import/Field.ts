/** Checks of single fields: from the text in a file to a value, or the rule that the text breaks. */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { Amount } from "../Amount.ts"
import { BadInput, quote } from "./BadInput.ts"
import type { CsvRow } from "./CsvFile.ts"

/** Reads one field; fails with a rule that completes "… must …". */
export type Field<A> = (text: string) => Result.Result<A, string>

type Values<Fields extends Readonly<Record<string, Field<unknown>>>> = {
  readonly [Column in keyof Fields]: Fields[Column] extends Field<infer A> ? A : never
}

/** Reads these columns of a row. Fails with `BadInput` that names the first column to break its rule. */
export const readRow = <Fields extends Readonly<Record<string, Field<unknown>>>>(
  fields: Fields,
  row: CsvRow<Extract<keyof Fields, string>>
): Result.Result<Values<Fields>, BadInput> => {
  const values: Record<string, unknown> = {}
  for (const [column, field] of Object.entries(fields)) {
    const text = row.fields[column as Extract<keyof Fields, string>]
    const value = field(text)
    if (Result.isFailure(value)) {
      return Result.fail(new BadInput({ ...row.place, column, rule: `${value.failure}, not ${quote(text)}` }))
    }
    values[column] = value.success
  }
  // The loop has put each field's own value under its column.
  return Result.succeed(values as Values<Fields>)
}

const matching = <A>(pattern: RegExp, rule: string, read: (text: string) => A | undefined): Field<A> => (text) => {
  const value = pattern.test(text) ? read(text) : undefined
  return value === undefined ? Result.fail(rule) : Result.succeed(value)
}

/** A whole number without sign. */
export const id = matching(/^\d{1,15}$/, "must be a whole number", Number)

/** Any text, without the blanks around it. */
export const text: Field<string> = (text) => Result.succeed(text.trim())

/** One of a few words. */
export const oneOf = <const Word extends string>(...words: ReadonlyArray<Word>): Field<Word> => {
  const list = words.map((word) => (word === "" ? "empty" : word)).join(", ").replace(/, ([^,]*)$/, " or $1")
  return (text) => {
    const word = words.find((word) => word === text)
    return word === undefined ? Result.fail(`must be ${list}`) : Result.succeed(word)
  }
}

// Thirteen digits before the point keep any sum of a day exact.
const minorUnits = (text: string): number => Number(text.replace(".", ""))

/** Money that moves: two decimals, no sign. */
export const amount = matching(
  /^\d{1,13}\.\d{2}$/,
  "must be an amount with two decimals, such as 700.00",
  (text) => Amount.make(minorUnits(text))
)

/** Money held: two decimals, perhaps below 0. */
export const balance = matching(
  /^-?\d{1,13}\.\d{2}$/,
  "must be a balance with two decimals, such as -12.50",
  minorUnits
)

/** A day of the twentieth century, YYMMDD; its first instant in UTC. */
export const day = matching(/^\d{6}$/, "must be a day, YYMMDD", (text) => {
  const [year, month, date] = [1900 + Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4))]
  const instant = new Date(Date.UTC(year, month - 1, date))
  const exists = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === date
  return exists ? DateTime.makeUnsafe(instant) : undefined
})
