/** Runs migrations: SQL files, once each, recorded in a table of the schema that they change. */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import type * as SqlClient from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "./Database.ts"
import * as MigrationLock from "./MigrationLock.ts"
import * as MigrationRights from "./MigrationRights.ts"
import * as SchemaOwner from "./SchemaOwner.ts"
import * as SqlComments from "./SqlComments.ts"
import * as SqlFile from "./SqlFile.ts"
import * as TimeLimits from "./TimeLimits.ts"

/** The files of each migration. The name of a migration begins with its number: `0001_baseline`. */
export type Migrations = Readonly<Record<string, ReadonlyArray<SqlFile.SqlFile>>>

/** What to migrate. */
export interface Options {
  /** The schema to change. It is created if it does not exist. */
  readonly schema: string
  /** The table in that schema that records which migrations have run. */
  readonly table: string
  /** All migrations, in the order of their numbers. Their texts call the schema `refold`. */
  readonly migrations: Migrations
  /** Another schema that the migrations create objects in. It is created if it does not exist. */
  readonly beside?: string | undefined
  /** How long to wait for another process that migrates; the default `queryTimeout` by default. */
  readonly waitAtMost?: Duration.Duration | undefined
}

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

/** The names of those migrations that have not run. */
export const due = (state: State, migrations: Migrations): ReadonlyArray<string> => {
  const version = state._tag === "Applied" ? state.version : 0
  return Object.keys(migrations).filter((name) => Number.parseInt(name, 10) > version)
}

/**
 * Runs the migrations that have not run yet, in one transaction, and says whether there were any; only reads where all
 * have run. Processes that migrate the same schema at the same time wait for each other. Fails with `EventStoreError`
 * where a statement fails, where a right is missing, where another role could have put something into the schema, or
 * where the wait takes too long; then nothing has changed.
 */
export const run = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<boolean, EventStoreError, SqlClient.SqlClient> {
  const database = yield* Database.make(options.schema)
  const running = Effect.gen(function*() {
    if (due(yield* look(database, options.table), options.migrations).length === 0) return false
    return yield* database.transaction(migrate(database, options))
  })
  return yield* Effect.mapError(
    running,
    (error) => error._tag === "EventStoreError" ? error : new EventStoreError({ operation, cause: explain(error) })
  )
})

const operation = "migrate"

const explain = (error: SqlError.SqlError | Migrator.MigrationError): Error =>
  error._tag === "SqlError"
    ? Database.explain(error)
    : isSqlError(error.cause)
    ? new Error(`${error.message}: ${Database.explain(error.cause).message}`, { cause: error })
    : error

const migrate = Effect.fnUntraced(function*(
  database: Database.Database,
  { beside, migrations, schema, table, waitAtMost = TimeLimits.defaults.queryTimeout }: Options
) {
  const { sql } = database
  const execute = (text: string) => Effect.asVoid(sql.unsafe(SqlFile.movedStore(text, schema)))
  const steps = Object.entries(migrations).map(([name, files]) =>
    [name, Effect.forEach(files, ({ text }) => execute(text), { discard: true })] as const
  )
  yield* MigrationLock.take(schema, waitAtMost)
  // The files are written for these. A server may have the first off, and then reads a backslash in a text as an escape;
  // a search_path with "public" would find what other roles have put there.
  yield* sql`SELECT set_config('standard_conforming_strings', 'on', true), set_config('search_path', 'pg_catalog, pg_temp', true)`
  // Looked at again behind the lock: another process may have migrated meanwhile.
  const state = yield* look(database, table)
  if (due(state, migrations).length === 0) return false
  let problem = (yield* MigrationRights.readOnlyProblem(sql, schema)) ?? (yield* SchemaOwner.ensure(sql, schema))
  if (beside !== undefined) {
    problem ??= yield* SchemaOwner.ensure(sql, beside)
    if (state._tag !== "Applied") problem ??= yield* SchemaOwner.leftIn(sql, beside)
  }
  if (problem !== undefined) return yield* new EventStoreError({ operation, cause: new Error(problem) })
  const applied = yield* Migrator.make({})({
    loader: Migrator.fromRecord(Object.fromEntries(steps)),
    table: `${schema}.${table}`
  })
  const comments = Object.values(migrations).flat().flatMap(({ text }) => SqlComments.of(text))
  if (applied.length > 0) yield* execute(SqlComments.statement(comments))
  return applied.length > 0
})
