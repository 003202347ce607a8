/** Rows as lines of a table, for terminals. Texts from the store have no control characters there. */
import { safe } from "./Safe.ts"

/** A column: its heading, its text for a row, and its minimum width. */
export interface Column<Row> {
  readonly name: string
  readonly show: (row: Row) => string | number
  /** For tables whose rows come one by one; 0 by default. */
  readonly width?: number | undefined
  /** Numbers are aligned to the right. */
  readonly isNumber?: boolean | undefined
}

/** The properties of the terminal. */
export interface Layout {
  /** The number of characters of a line; longer ones end with "…". */
  readonly width: number
  /** Whether the headings are bold. */
  readonly isBold: boolean
}

/** The lines of a table with headings; none without rows. */
export const render = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>,
  layout: Layout
): ReadonlyArray<string> => {
  if (rows.length === 0) return []
  const sized = widen(columns, rows)
  return [heading(sized, layout), ...rows.map((row) => line(sized, row, layout))]
}

/** The columns, as wide as the longest text in each. */
const widen = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Column<Row>> =>
  columns.map((column) => ({
    ...column,
    width: rows.reduce(
      (width, row) => Math.max(width, text(column, row).length),
      Math.max(column.width ?? 0, column.name.length)
    )
  }))

/** The headings. */
export const heading = <Row>(columns: ReadonlyArray<Column<Row>>, layout: Layout): string => {
  const cells = cut(joined(columns, columns.map(({ name }) => name)), layout)
  return layout.isBold ? `\u001b[1m${cells}\u001b[22m` : cells
}

/** A row. */
export const line = <Row>(columns: ReadonlyArray<Column<Row>>, row: Row, layout: Layout): string =>
  cut(joined(columns, columns.map((column) => text(column, row))), layout)

const text = <Row>({ show }: Column<Row>, row: Row): string => safe(show(row))

const joined = <Row>(columns: ReadonlyArray<Column<Row>>, texts: ReadonlyArray<string>): string =>
  texts.map((one, index) => {
    const { isNumber, name, width = 0 } = columns[index]!
    const least = Math.max(width, name.length)
    return isNumber === true ? one.padStart(least) : one.padEnd(least)
  }).join("  ").trimEnd()

const cut = (all: string, { width }: Layout): string => all.length > width ? `${all.slice(0, width - 1)}…` : all
