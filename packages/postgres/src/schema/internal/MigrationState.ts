/** Which migrations of a schema have run. Apart from what runs them, which is loaded only where one is due. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type * as Database from "./Database.ts"

/** Which migrations have run. */
export type State =
  | { readonly _tag: "NoSchema" }
  /** The schema has no table of migrations: none has run. */
  | { readonly _tag: "NoTable" }
  /** The role may not read the table of migrations. */
  | { readonly _tag: "Unreadable" }
  | { readonly _tag: "Applied"; readonly version: number }

interface CatalogRow {
  readonly schema: boolean
  readonly migrations: boolean
  readonly readable: boolean
}

/** Which migrations of this table have run. Only reads, and needs no right: what it may not read is `Unreadable`. */
export const look = Effect.fnUntraced(function*(
  database: Database.Database,
  table: string
): Effect.fn.Return<State, SqlError.SqlError> {
  const { object, schema, sql } = database
  // Not by to_regclass, which remembers for the session that a table was missing, and needs a right on the schema.
  const catalog = sql<CatalogRow>`
    SELECT n.oid IS NOT NULL AS schema, c.oid IS NOT NULL AS migrations,
      coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), false) AS readable
    FROM (SELECT) AS one
    LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = ${schema}::text
    LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = ${table}::text`
  const [found] = yield* catalog.unprepared
  if (!found!.schema) return { _tag: "NoSchema" }
  if (!found!.migrations) return { _tag: "NoTable" }
  if (!found!.readable) return { _tag: "Unreadable" }
  const applied = sql<{ readonly version: number }>`
    SELECT coalesce(max(migration_id), 0)::int AS version FROM ${object(table)}`
  const [latest] = yield* applied.unprepared
  return { _tag: "Applied", version: latest!.version }
})

/** Those of these migrations that have not run. The name of a migration begins with its number: `0001_baseline`. */
export const due = (state: State, migrations: ReadonlyArray<string>): ReadonlyArray<string> => {
  const version = state._tag === "Applied" ? state.version : 0
  return migrations.filter((name) => Number.parseInt(name, 10) > version)
}
