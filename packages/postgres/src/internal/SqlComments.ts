/**
 * What an SQL file says about its object, as the object's comment in the database, so that `\d+` and `\df+` explain what
 * is there. The text is written once, where the object is.
 */

/** A comment, and what it is about, as COMMENT ON names it. */
export interface SqlComment {
  readonly on: string
  readonly text: string
}

/** The comments of a file: on its object, by the lines at its head, and on the columns that have lines before them. */
export const of = (sql: string): ReadonlyArray<SqlComment> => {
  const lines = sql.split("\n")
  const start = lines.findIndex((line) => !line.startsWith("--"))
  const object = objectOf(lines.slice(start).join("\n"))
  if (object === undefined) return []
  const head = textOf(lines.slice(0, start))
  const columns = object.hasColumns ? columnsOf(object.name, lines.slice(start)) : []
  return [...(head === "" ? [] : [{ on: object.on, text: head }]), ...columns]
}

/** One statement that makes all these comments. */
export const statement = (comments: ReadonlyArray<SqlComment>): string =>
  [
    "DO $comments$ BEGIN",
    ...comments.map(({ on, text }) => `COMMENT ON ${on} IS $comment$${text}$comment$;`),
    "END $comments$"
  ].join("\n")

const name = String.raw`(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?`

// How each kind of object is made, and how COMMENT ON names it.
const kinds: ReadonlyArray<readonly [RegExp, (name: string, other: string) => string]> = [
  [new RegExp(`^CREATE(?: OR REPLACE)? (?:FUNCTION|PROCEDURE|AGGREGATE) (${name})`), (name) => `ROUTINE ${name}`],
  [new RegExp(`^CREATE TABLE (${name})`), (name) => `TABLE ${name}`],
  [new RegExp(`^CREATE TYPE (${name})`), (name) => `TYPE ${name}`],
  [new RegExp(`^CREATE SEQUENCE (${name})`), (name) => `SEQUENCE ${name}`],
  [new RegExp(`^CREATE MATERIALIZED VIEW (${name})`), (name) => `MATERIALIZED VIEW ${name}`],
  [new RegExp(`^CREATE(?: OR REPLACE)? VIEW (${name})`), (name) => `VIEW ${name}`],
  [
    new RegExp(`^CREATE TRIGGER (\\w+)[^;]*? ON (${name})`),
    (trigger, table) => `TRIGGER ${trigger} ON ${table}`
  ],
  [
    new RegExp(`^CREATE(?: UNIQUE)? INDEX(?: IF NOT EXISTS)? (\\w+)\\s+ON (${name})`),
    // An index is in the schema of its table.
    (index, table) => `INDEX ${table.replace(/[^.]+$/, "")}${index}`
  ],
  [new RegExp(`^ALTER TABLE (${name}) ADD COLUMN (\\w+)`), (table, column) => `COLUMN ${table}.${column}`]
]

const objectOf = (sql: string) => {
  for (const [pattern, on] of kinds) {
    const found = pattern.exec(sql)
    if (found !== null) {
      const [, name = "", other = ""] = found
      return { name, on: on(name, other), hasColumns: /^CREATE (?:TABLE|TYPE) /.test(sql) }
    }
  }
  return undefined
}

const columnsOf = (table: string, lines: ReadonlyArray<string>): ReadonlyArray<SqlComment> => {
  const comments: Array<SqlComment> = []
  let before: Array<string> = []
  for (const line of lines) {
    const trimmed = line.trim()
    if (trimmed.startsWith("--")) {
      before.push(trimmed)
      continue
    }
    const [, constraint] = /^CONSTRAINT (\w+)/.exec(trimmed) ?? []
    const [, column] = /^("?[a-z]\w*"?) /.exec(trimmed) ?? []
    const on = constraint === undefined ? `COLUMN ${table}.${column}` : `CONSTRAINT ${constraint} ON ${table}`
    if (before.length > 0 && (constraint ?? column) !== undefined) comments.push({ on, text: textOf(before) })
    before = []
  }
  return comments
}

const textOf = (lines: ReadonlyArray<string>): string =>
  lines.map((line) => line.replace(/^-- ?/, "")).join("\n").trim()
