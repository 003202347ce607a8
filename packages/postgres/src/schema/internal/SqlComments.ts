/**
 * Turns the `--` lines of an SQL file into comments of its object in the database, which `\d+` and `\df+` show. Each
 * text is written only once, next to the SQL that it explains.
 */

/** A comment, and its object as COMMENT ON names it. */
export interface SqlComment {
  readonly on: string
  readonly text: string
}

/** The object that a file creates, and its comments. */
export interface SqlObject {
  /** In words: "function", "materialized view" … */
  readonly kind: string
  /** With its schema, except for a trigger or an index. */
  readonly name: string
  /** The lines at the head of the file; empty if there are none. */
  readonly text: string
  /** Columns and constraints that have lines before them. */
  readonly parts: ReadonlyArray<{ readonly name: string; readonly text: string }>
}

/** The object of a file; undefined if its statement creates none that can have a comment. */
export const objectOf = (sql: string): SqlObject | undefined => read(sql)?.object

/** The comments of a file. */
export const of = (sql: string): ReadonlyArray<SqlComment> => {
  const found = read(sql)
  if (found === undefined) return []
  const { object: { name, parts, text }, on } = found
  return [
    ...(text === "" ? [] : [{ on, text }]),
    ...parts.map((part) => ({
      on: part.isConstraint ? `CONSTRAINT ${part.name} ON ${name}` : `COLUMN ${name}.${part.name}`,
      text: part.text
    }))
  ]
}

/** One statement that sets all these comments. */
export const statement = (comments: ReadonlyArray<SqlComment>): string => {
  const statements = comments.map(({ on, text }) => `COMMENT ON ${on} IS ${quoted(text, "comment")};`)
  return `DO ${quoted(`BEGIN\n${statements.join("\n")}\nEND`, "comments")}`
}

// Dollar-quoted with a tag that the text does not contain.
const quoted = (text: string, word: string): string =>
  text.includes(`$${word}`) ? quoted(text, `${word}_`) : `$${word}$${text}$${word}$`

const name = String.raw`(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?`

// The CREATE statement of each kind of object, and how COMMENT ON names it. Routines only by name: overloads are
// not supported. An index is in the schema of its table.
const kinds: ReadonlyArray<readonly [RegExp, (kind: string, name: string, table: string) => string]> = [
  [
    new RegExp(`^CREATE(?: OR REPLACE)? (?<kind>FUNCTION|PROCEDURE|AGGREGATE) (?<name>${name})`),
    (_, name) => `ROUTINE ${name}`
  ],
  [
    new RegExp(`^CREATE(?: OR REPLACE)? (?<kind>TABLE|TYPE|SEQUENCE|MATERIALIZED VIEW|VIEW) (?<name>${name})`),
    (kind, name) => `${kind} ${name}`
  ],
  [
    new RegExp(`^CREATE (?<kind>TRIGGER) (?<name>\\w+)[^;]*? ON (?<table>${name})`),
    (kind, name, table) => `${kind} ${name} ON ${table}`
  ],
  [
    new RegExp(`^CREATE(?: UNIQUE)? (?<kind>INDEX)(?: IF NOT EXISTS)? (?<name>\\w+)\\s+ON (?<table>${name})`),
    (kind, name, table) => `${kind} ${table.replace(/[^.]+$/, "")}${name}`
  ],
  [
    new RegExp(`^ALTER TABLE (?<table>${name}) ADD (?<kind>COLUMN) (?<name>\\w+)`),
    (kind, name, table) => `${kind} ${table}.${name}`
  ]
]

const read = (sql: string) => {
  const lines = sql.split("\n")
  const start = lines.findIndex((line) => !line.startsWith("--"))
  const made = lines.slice(start).join("\n")
  for (const [pattern, on] of kinds) {
    const { kind, name, table = "" } = pattern.exec(made)?.groups ?? {}
    if (kind === undefined || name === undefined) continue
    const parts = /^CREATE (?:TABLE|TYPE) /.test(made) ? partsOf(lines.slice(start)) : []
    const object = { kind: kind.toLowerCase(), name, text: textOf(lines.slice(0, start)), parts }
    return { object, on: on(kind, name, table) }
  }
  return undefined
}

const partsOf = (lines: ReadonlyArray<string>) => {
  const parts: Array<{ readonly name: string; readonly text: string; readonly isConstraint: boolean }> = []
  let before: Array<string> = []
  for (const line of lines) {
    const trimmed = line.trim()
    if (trimmed.startsWith("--")) {
      before.push(trimmed)
      continue
    }
    const [, constraint] = /^CONSTRAINT (\w+)/.exec(trimmed) ?? []
    const part = constraint ?? /^("?[a-z]\w*"?) /.exec(trimmed)?.[1]
    if (before.length > 0 && part !== undefined) {
      parts.push({ name: part, text: textOf(before), isConstraint: constraint !== undefined })
    }
    before = []
  }
  return parts
}

const textOf = (lines: ReadonlyArray<string>): string =>
  lines.map((line) => line.replace(/^-- ?/, "")).join("\n").trim()
