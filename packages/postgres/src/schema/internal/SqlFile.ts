/** Stand-in: SQL in files. */
export { moved, schemaProblem } from "../../internal/SqlFile.ts"

/** The name and the text of a file. */
export interface SqlFile {
  readonly name: string
  readonly text: string
}

/** The files with these names, in this order. Throws where one is missing: then the package was built wrongly. */
export const sqlFiles = (
  texts: Readonly<Record<string, string>>,
  names: ReadonlyArray<string>
): ReadonlyArray<SqlFile> =>
  names.map((name) => {
    const text = texts[name]
    if (text === undefined) throw new Error(`There is no SQL file "${name}": build the package again.`)
    return { name, text }
  })
