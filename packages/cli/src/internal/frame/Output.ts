/**
 * The output of a command: data to stdout, as a table on a terminal and as one JSON object a line elsewhere; everything else to
 * stderr.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { isatty } from "node:tty"
import { safe } from "./Safe.ts"
import * as Settings from "./Settings.ts"
import * as Table from "./Table.ts"

/** The output for a row: the record as JSON, and its columns in a table. */
export interface Shape<Row> {
  readonly columns: ReadonlyArray<Table.Column<Row>>
  /** The record; the row itself by default. */
  readonly record?: ((row: Row) => object) | undefined
}

/** Whether data is printed as tables: by `--json` or `--no-json`, else if stdout is a terminal. */
export const isTable = Effect.map(
  Settings.json,
  Option.match({
    onNone: () => isatty(1),
    onSome: (json) => !json
  })
)

/** Writes lines to stdout, and waits until they are written. A closed pipe ends the command. */
export const lines = (texts: ReadonlyArray<string>): Effect.Effect<void> =>
  texts.length === 0 ? Effect.void : Effect.callback((resume) => {
    process.stdout.write(`${texts.join("\n")}\n`, (error) => {
      resume(error === null || error === undefined ? Effect.void : Effect.interrupt)
    })
  })

/** Writes a line to stderr. */
export const note = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stderr.write(`${safe(text)}\n`)
  })

/** Writes a remark to stderr if the output is for people: a table. */
export const remark = (text: string) => Effect.when(note(text), isTable)

/** Writes rows, all at once; `none` is printed on stderr in place of an empty table. */
export const rows = Effect.fnUntraced(function*<Row>(
  shape: Shape<Row>,
  all: ReadonlyArray<Row>,
  none: string
) {
  if (!(yield* isTable)) return yield* lines(all.map(json(shape)))
  if (all.length === 0) return yield* note(none)
  yield* lines(Table.render(shape.columns, all, layout()))
})

/** Writes rows as they come; returns their number. */
export const each = <Row, E, R>({ columns, record }: Shape<Row>, all: Stream.Stream<Row, E, R>) =>
  Effect.gen(function*() {
    const asTable = yield* isTable
    let count = 0
    yield* Stream.runForEachArray(all, (some) => {
      const head = asTable && count === 0 ? [Table.heading(columns, layout())] : []
      count += some.length
      const texts = asTable
        ? some.map((row) => Table.line(columns, row, layout()))
        : some.map(json({ columns, record }))
      return lines([...head, ...texts])
    })
    return count
  })

/** Writes one record: as JSON, or its fields below each other. */
export const fields = Effect.fnUntraced(function*(record: Readonly<Record<string, unknown>>) {
  if (!(yield* isTable)) return yield* lines([stringify(record)])
  const width = Math.max(...Object.keys(record).map((name) => name.length))
  yield* lines(Object.entries(record).map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`.trimEnd()))
})

const shown = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? JSON.stringify(value, plain, 2).split("\n").map(safe).join("\n")
    : safe(value ?? "-")

const json = <Row>({ record }: Shape<Row>) => (row: Row): string =>
  stringify(record === undefined ? Object(row) : record(row))

/** JSON in one line. Characters that JSON does not escape but a terminal obeys, such as U+009B, are escaped: the value stays the same. */
export const stringify = (value: object): string => safe(JSON.stringify(value, plain))

// States of an application have values that JSON lacks.
const plain = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? String(value) : value instanceof Map || value instanceof Set ? [...value] : value

/** A terminal has a width; a table elsewhere is not cut. */
const layout = (): Table.Layout => ({
  width: isatty(1) ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
  isBold: isColored(process.stdout)
})

/** Whether escape sequences may be written: to a terminal, unless NO_COLOR is set. */
export const isColored = ({ isTTY }: { readonly isTTY?: boolean }): boolean =>
  isTTY === true && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb"
