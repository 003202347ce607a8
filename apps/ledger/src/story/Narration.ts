/** The output of a chapter: sentences, which are joined and wrapped, and blocks of lines, which stay as they are. */
import * as DateTime from "effect/DateTime"
import { format } from "../Amount.ts"

/** Sentences and blocks. Neighbouring sentences form a paragraph; a block is a table or a list. */
export type Narration = ReadonlyArray<string | ReadonlyArray<string>>

const width = 100

/** The lines of a narration, with an empty line around each block. */
export const render = (narration: Narration): ReadonlyArray<string> => {
  const groups: Array<ReadonlyArray<string>> = []
  for (const part of narration) {
    const last = groups.at(-1)
    if (typeof part !== "string") groups.push(part, [])
    else if (last === undefined || last.length === 0) groups[Math.max(groups.length - 1, 0)] = wrap(part)
    else groups[groups.length - 1] = wrap([...last, part].join(" "))
  }
  return groups.filter(({ length }) => length > 0).flatMap((lines, index) => index === 0 ? lines : ["", ...lines])
}

const wrap = (text: string): ReadonlyArray<string> => {
  const [first = "", ...words] = text.split(" ")
  const lines = [first]
  for (const word of words) {
    const joined = `${lines.at(-1)} ${word}`
    if (joined.length <= width) lines[lines.length - 1] = joined
    else lines.push(word)
  }
  return lines
}

/** A whole number with separators. */
export const count = (n: number): string => Math.round(n).toLocaleString("en-US")

/** A bulleted list. */
export const list = (items: ReadonlyArray<string>): ReadonlyArray<string> =>
  items.map((item) => `- ${item.replaceAll(/\s*\n\s*/g, " ")}`)

/**
 * A table of rows: the `columns`, then the columns of `money`, which are minor units. All fields if both are left out.
 * A column of numbers is aligned right.
 */
export const table = <Row extends object>(
  rows: ReadonlyArray<Row>,
  columns?: ReadonlyArray<keyof Row & string>,
  money: ReadonlyArray<keyof Row & string> = []
): ReadonlyArray<string> => {
  const fields: ReadonlyArray<string> = columns === undefined ? Object.keys(rows[0] ?? {}) : [...columns, ...money]
  const cells = rows.map((row) => {
    const values = new Map<string, unknown>(Object.entries(row))
    return fields.map((field) =>
      money.some((name) => name === field) ? format(Number(values.get(field))) : text(values.get(field))
    )
  })
  return aligned(fields.map(words), cells)
}

const aligned = (head: ReadonlyArray<string>, cells: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const isNumeric = head.map((_, column) => cells.every((row) => /^-?[\d,.]+$/.test(row[column] ?? "")))
  const pad = (cell: string, column: number) =>
    isNumeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
  return [head, ...cells].map((row) => row.map(pad).join("  ").trimEnd())
}

// `recordedAt` is headed "recorded at".
const words = (field: string): string =>
  field.replaceAll(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)

const text = (value: unknown): string => {
  if (typeof value === "string") return value.split("\n")[0] ?? ""
  if (typeof value === "number") return count(value)
  if (value === undefined || value === null) return ""
  return DateTime.isDateTime(value) ? DateTime.formatIso(value) : JSON.stringify(value)
}
