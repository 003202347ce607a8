/**
 * Whether the owner of a schema is trusted, and which migrations have run there. The owner is checked before anything in the
 * schema is used: another role may have created it, with a table in which all migrations have run, and with other functions.
 * Separate from the module that runs migrations, which is loaded only if one is due.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type * as Database from "./Database.ts"
import * as TimeLimits from "./TimeLimits.ts"

/**
 * The SQL condition that the current role `me` trusts the role `r`, in the database `d`: it is the same role, a superuser, or
 * the owner of the database. A role of which `me` is a member is not trusted: on PostgreSQL 15 a role can make others its
 * members.
 */
export const isTrusted = (sql: SqlClient) =>
  sql.literal("coalesce(r.oid = me.oid OR r.rolsuper OR r.oid = d.datdba AND NOT me.rolsuper, false)")

/**
 * Whether the schema, or this table of it, belongs to a role that is not trusted. Always false if the current role may not
 * create schemas: the schema was then created for it.
 */
export const isForeign = (
  { limits, schema, sql }: Database.Database,
  table: string
): Effect.Effect<boolean, SqlError.SqlError> =>
  // Functions are qualified, because another role may have created overloads in a schema of the search_path.
  Effect.map(
    TimeLimits.withinTimeout(
      limits,
      sql`
    SELECT FROM pg_catalog.pg_namespace AS n
    LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = ${table}::text
    CROSS JOIN LATERAL (VALUES (n.nspowner), (coalesce(c.relowner, n.nspowner))) AS o (owner)
    JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
    JOIN pg_catalog.pg_roles AS me ON me.rolname = current_user
    -- The only member of pg_database_owner is the owner of the database, and "public" belongs to that role.
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

/** Which migrations of this table have run. Only reads, and needs no right: a table that it may not read is `Unreadable`. */
export const look = Effect.fnUntraced(function*(
  database: Database.Database,
  table: string
): Effect.fn.Return<State, SqlError.SqlError> {
  const { object, schema, sql } = database
  // Not by to_regclass, which caches a missing table for the session, and needs a right on the schema.
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

/** The migrations that have not run. The name of a migration begins with its number: `0001_baseline`. */
export const due = (state: State, migrations: ReadonlyArray<string>): ReadonlyArray<string> => {
  const version = state._tag === "Applied" ? state.version : 0
  return migrations.filter((name) => Number.parseInt(name, 10) > version)
}
