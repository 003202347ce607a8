/**
 * SQL in files, one statement each, written for the schema `refold` so that they can be read as they are. Queries name
 * their parameters (`:stream`); a line whose parameter is not given is left out, so that an option that nobody asked
 * for costs no plan.
 */
import * as Fs from "node:fs"

/** The values of a query's parameters; `undefined` is not given. */
export type Parameters = Readonly<Record<string, unknown>>

/** A statement for the driver, and which parameter each of its numbers stands for. */
export interface Statement {
  readonly text: string
  readonly names: ReadonlyArray<string>
}

/** A file, or one that is written for the rows of generation 0, and the generation that is meant. */
export type Source = string | GenerationSource

/** Which rows a file is about. */
export interface GenerationSource {
  readonly file: string
  readonly generation: number
  /** What stands for the file's comment `selection`; see `RowSql`. */
  readonly selection?: string | undefined
}

/** The text of `sql/<file>.sql` for a schema. */
export const read = (source: Source, schema: string): string => {
  const { file, generation = 0, selection = "" } = typeof source === "string" ? { file: source } : source
  const text = Fs.readFileSync(new URL(`../../sql/${file}.sql`, import.meta.url), "utf8")
    .replace("/* selection */", () => selection)
    .replaceAll(/\brefold\.rows_0\b/g, `refold.rows_${generation}`)
  return moved(text, "refold", schema)
}

/** Why a text cannot be the name of a schema, or `undefined` where it can. */
export const schemaProblem = (name: string): string | undefined =>
  /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(name)
    ? undefined
    : "must be small letters, digits and _, at most 63, and not pg_…"

/** A text that is written for one schema, for another. */
export const moved = (text: string, written: string, schema: string): string =>
  text
    .replaceAll(new RegExp(`\\b${written}\\.`, "g"), `"${schema}".`)
    .replaceAll(new RegExp(`\\bSCHEMA( IF NOT EXISTS)? ${written}\\b`, "g"), `SCHEMA$1 "${schema}"`)

/** A query's text without its comments and the lines that were not asked for, its parameters numbered. */
export const statement = (text: string, isGiven: (name: string) => boolean): Statement => {
  const names: Array<string> = []
  const number = (name: string): string => {
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  }
  const lines = text.split("\n").filter((line) =>
    !line.startsWith("--") && [...line.matchAll(parameter)].every(([, name]) => isGiven(name!))
  )
  const numbered = lines.join("\n").replaceAll(parameter, (_, name: string) => number(name))
  return { text: numbered, names }
}

// A name after one colon; two colons are a cast.
const parameter = /(?<!:):([a-z_][a-z0-9_]*)/g
