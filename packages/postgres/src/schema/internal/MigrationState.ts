/**
 * Whether the owner of a schema is trusted, and which migrations have run there. The first is asked before anything in the schema is
 * used: another role may have made it, with a table that says that all have run and functions that do something else. Apart
 * from what runs migrations, which is loaded only where one is due.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type * as Database from "./Database.ts"
import * as TimeLimits from "./TimeLimits.ts"

/**
 * The condition that the role `r` is trusted by the current role `me`, in the database `d`, as SQL: it is the same, a
 * superuser, or the owner of the database. Not a role of which this one is a member: on PostgreSQL 15 a role can make others its
 * members.
 */
export const isTrusted = (sql: SqlClient) =>
  sql.literal("coalesce(r.oid = me.oid OR r.rolsuper OR r.oid = d.datdba AND NOT me.rolsuper, false)")

/**
 * Whether the schema, or this table of it, belongs to a role that is not trusted. Never to a role that may not create schemas:
 * the schema that it names was made for it.
 */
export const isForeign = (
  { limits, schema, sql }: Database.Database,
  table: string
): Effect.Effect<boolean, SqlError.SqlError> =>
  // Functions are qualified, because a role may have put others into a schema of the search_path.
  Effect.map(
    TimeLimits.withinTimeout(
      limits,
      sql`
    SELECT FROM pg_catalog.pg_namespace AS n
    LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = ${table}::text
    CROSS JOIN LATERAL (VALUES (n.nspowner), (coalesce(c.relowner, n.nspowner))) AS o (owner)
    JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
    JOIN pg_catalog.pg_roles AS me ON me.rolname = current_user
    -- The one member of pg_database_owner is the owner of the database, and "public" belongs to it.
    LEFT JOIN pg_catalog.pg_roles AS r
      ON r.oid = CASE pg_catalog.pg_get_userbyid(o.owner) WHEN 'pg_database_owner' THEN d.datdba ELSE o.owner END
    WHERE n.nspname = ${schema}::text AND NOT ${isTrusted(sql)}
      AND pg_catalog.has_database_privilege(d.oid, 'CREATE'::text)
    LIMIT 1`.unprepared
    ),
    ({ length }) => length > 0
  )

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
