/** Runs one SQL statement of the reader. The answer is small enough to be shown. */
import type { PGlite, Results } from "@electric-sql/pglite"
import { cut } from "../Limits.ts"
import type { Table } from "../Protocol.ts"

/** Maximum rows of a table. */
const maxRows = 200

/** Runs a statement in a transaction of its own. Rejects with PostgreSQL's error. */
export const run = async (db: PGlite, text: string): Promise<Table> => {
  try {
    // Undefined for a text without a statement.
    const answer: Results<ReadonlyArray<unknown>> | undefined = await db.query(text, [], { rowMode: "array" })
    const { affectedRows = 0, fields, rows } = answer ?? { fields: [], rows: [] }
    return {
      columns: fields.map(({ name }) => name),
      rows: rows.slice(0, maxRows).map((row) => row.map(textOf)),
      count: fields.length === 0 ? affectedRows : rows.length
    }
  } finally {
    // A statement such as BEGIN leaves nothing behind.
    await db.exec("ROLLBACK")
  }
}

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  return cut(written(value))
}

const written = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value instanceof Date) return value.toISOString()
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value)
}

/** PostgreSQL's message with its code, and the detail and the hint where there are any. */
export const messageOf = (error: unknown): string => {
  const { code, detail, hint, message } = Object(error) as Partial<
    Record<"code" | "detail" | "hint" | "message", string>
  >
  const head = code === undefined ? message ?? String(error) : `${code}: ${message}`
  return [head, detail, hint].filter((line) => line !== undefined && line !== "").join("\n")
}
