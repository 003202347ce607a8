/**
 * SQL in files, one statement each, written for the schema `refold`, so that the files are valid SQL. A build step
 * writes their texts into a module, so that the package reads no files at run time.
 */

/** The name and the text of a file. */
export interface SqlFile {
  readonly name: string
  readonly text: string
}

/** The files with these names, in this order. Throws if one is missing, because the package was then built wrongly. */
export const sqlFiles = (
  texts: Readonly<Record<string, string>>,
  names: ReadonlyArray<string>
): ReadonlyArray<SqlFile> =>
  names.map((name) => {
    const text = texts[name]
    if (text === undefined) throw new Error(`There is no SQL file "${name}": build the package again.`)
    return { name, text }
  })

/** Why a text cannot be the name of a schema; `undefined` if it can. */
export const schemaProblem = (name: string): string | undefined =>
  /^(?!pg_)[a-z_][a-z0-9_]{0,49}$/.test(name) && !name.endsWith("_rows")
    ? undefined
    // PostgreSQL truncates names of more than 63 bytes, and the schemas of projections append to this one. A name that ends in
    // _rows could be the schema of another store's rows.
    : "must be small letters, digits and _, at most 50, and neither pg_… nor …_rows"

/** The schema of a store's tables of rows. */
export const rowsSchema = (schema: string): string => `${schema}_rows`

/** A text that is written for one schema, adapted to another. */
export const moved = (text: string, written: string, schema: string): string =>
  text
    .replaceAll(new RegExp(`\\b${written}\\.`, "g"), `"${schema}".`)
    .replaceAll(new RegExp(`\\bSCHEMA( IF NOT EXISTS)? ${written}\\b`, "g"), `SCHEMA$1 "${schema}"`)

/** A text that is written for a store in the schema `refold`, adapted to a store in another schema. */
export const movedStore = (text: string, schema: string): string =>
  moved(moved(text, "refold", schema), rowsSchema("refold"), rowsSchema(schema))
