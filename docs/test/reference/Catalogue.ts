/** The tables of a store, as the database describes them: the comments of the SQL files are the comments of the columns. */
import { LegacyTable } from "@refold/legacy"
import { PostgresStore } from "@refold/postgres"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

interface Column {
  readonly relation: string
  readonly kind: string
  readonly about: string
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly meaning: string
}

const columns = Effect.gen(function*() {
  yield* LegacyTable.install({ store: "refold" })
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Column>`
    SELECT c.relname AS relation, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
      coalesce(obj_description(c.oid, 'pg_class'), '') AS about, a.attname AS name,
      format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
      coalesce(col_description(c.oid, a.attnum), '') AS meaning
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'refold'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum`
})

// In a cell of a table, and outside of HTML.
const prose = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "\\<").trim()

const section = (relation: string, all: ReadonlyArray<Column>): string => {
  const { about, kind } = all[0]!
  const rows = all.map(({ meaning, name, required, type }) =>
    `| \`${name}\` | ${type}${required || kind === "view" ? "" : ", or NULL"} | ${prose(meaning)} |`
  )
  return [
    `### ${relation}`,
    "",
    prose(`A ${kind}. ${about}`),
    "",
    "| column | type | meaning |",
    "| --- | --- | --- |",
    ...rows
  ]
    .join("\n")
}

/** A section for each table and view of a store, in Markdown. */
export const tables = async (): Promise<string> => {
  const found = await Effect.runPromise(Effect.provide(columns, PostgresStore.layerEmbedded()))
  const relations = Map.groupBy(found, ({ relation }) => relation)
  return [...relations].map(([relation, all]) => section(relation, all)).join("\n\n")
}
