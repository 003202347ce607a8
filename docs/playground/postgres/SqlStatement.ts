/** Runs one SQL statement of the reader. The answer is small enough to be shown. */
import type { ParserOptions, PGlite, Results } from "@electric-sql/pglite"
import { cut } from "../Limits.ts"
import type { Table } from "../Protocol.ts"

/** Maximum rows of a table. */
const maxRows = 200

/** Maximum values of a table. */
const maxValues = 5_000

// Values as PostgreSQL writes them: JavaScript has no infinite times, and JSON no bytes.
const asWritten = ({ parsers }: PGlite): ParserOptions =>
  Object.fromEntries(Object.keys(parsers).map((type) => [type, (text: string) => text]))

/** A statement broke the database: it answers nothing more, or something false. */
class Broken extends Error {
  override readonly message = "The statement broke PostgreSQL. The database is again as the program left it."
}

/** Runs a statement in a transaction of its own. Rejects with PostgreSQL's error, or with `Broken`. */
export const run = async (db: PGlite, text: string): Promise<Table> => {
  const options = { rowMode: "array", parsers: asWritten(db) } as const
  const [answer] = await Promise.allSettled([db.query<ReadonlyArray<string | null>>(text, [], options)])
  // A statement such as BEGIN leaves nothing behind. A database that is broken does not answer this with its name.
  const [end] = await db.exec("ROLLBACK")
  if (end?.command !== "ROLLBACK") throw new Broken()
  if (answer.status === "rejected") throw answer.reason
  return tableOf(answer.value)
}

// Undefined for a text without a statement.
const tableOf = (answer: Results<ReadonlyArray<string | null>> | undefined): Table => {
  const { affectedRows = 0, fields, rows } = answer ?? { fields: [], rows: [] }
  return {
    columns: fields.map(({ name }) => name),
    rows: rows.slice(0, rowsOf(fields.length)).map((row) => row.map((value) => value === null ? null : cut(value))),
    count: fields.length === 0 ? affectedRows : rows.length
  }
}

// A table of many columns has fewer rows.
const rowsOf = (columns: number): number => Math.min(maxRows, Math.ceil(maxValues / Math.max(columns, 1)))

/** PostgreSQL's message with its code, and the detail and the hint where there are any. Throws `Broken` again. */
export const messageOf = (error: unknown): string => {
  if (error instanceof Broken) throw error
  const { code, detail, hint, message } = Object(error) as Partial<
    Record<"code" | "detail" | "hint" | "message", string>
  >
  const head = code === undefined ? message ?? String(error) : `${code}: ${message}`
  return cut([head, detail, hint].filter((line) => line !== undefined && line !== "").join("\n"))
}
