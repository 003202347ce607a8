/** Names of tables and columns as SQL. Not `sql(name)`, which takes a dot in a name for a separator. */

/** A quoted name, with any characters. */
export const quote = (identifier: string): string => `"${identifier.replaceAll("\"", "\"\"")}"`

/** A quoted table name: `table` or `schema.table`. */
export const quoteTable = (table: string): string => partsOf(table).map(quote).join(".")

/** The parts of a table name. */
export const partsOf = (table: string): ReadonlyArray<string> => table.split(".")

/** The rule that a name breaks as a PostgreSQL identifier, or undefined. */
export const problem = (name: string): string | undefined =>
  typeof name !== "string" || name === "" || Buffer.byteLength(name) > 63 || name.includes("\u0000")
    || !name.isWellFormed()
    ? "must be a name of 1 to 63 bytes"
    : undefined
