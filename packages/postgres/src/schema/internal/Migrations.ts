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
import * as MigrationState from "./MigrationState.ts"
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

/**
 * Runs the migrations that have not run yet, in one transaction, and returns whether there were any; only reads if all
 * have run. Processes that migrate the same schema at the same time wait for each other. Fails with `EventStoreError`
 * if a statement fails, a right is missing, another role could have created objects in the schema, or
 * the wait takes too long; then nothing is changed.
 */
export const run = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<boolean, EventStoreError, SqlClient.SqlClient> {
  const database = yield* Database.make(options.schema)
  const names = Object.keys(options.migrations)
  const running = Effect.gen(function*() {
    if (yield* MigrationState.isForeign(database, options.table)) yield* refuse(database, options.schema)
    if (MigrationState.due(yield* MigrationState.look(database, options.table), names).length === 0) return false
    return yield* database.transaction(migrate(database, options))
  })
  return yield* Effect.mapError(
    running,
    (error) => error._tag === "EventStoreError" ? error : new EventStoreError({ operation, cause: explain(error) })
  )
})

const operation = "migrate"

// Fails with the reason why the schema, which belongs at least in part to another role, is refused.
const refuse = Effect.fnUntraced(function*({ sql }: Database.Database, schema: string) {
  const problem = (yield* SchemaOwner.problemOf(sql, schema)) ?? `the schema "${schema}" belongs to another role`
  return yield* new EventStoreError({ operation, cause: new Error(problem) })
})

const explain = (error: SqlError.SqlError | Migrator.MigrationError): Error =>
  error._tag === "SqlError"
    ? Database.explain(error)
    : isSqlError(error.cause)
    ? new Error(`${error.message}: ${Database.explain(error.cause).message}`, { cause: error })
    : error

const migrate = Effect.fnUntraced(function*(database: Database.Database, options: Options) {
  yield* MigrationLock.take(options.schema, options.waitAtMost ?? TimeLimits.defaults.queryTimeout)
  return yield* withOwnSettings(database.sql, runDue(database, options))
})

// The files are written for these settings. A server may have standard_conforming_strings off, and then reads a backslash in a
// text as an escape; a search_path with "public" would find objects of other roles. The transaction may be the caller's: the
// settings are restored at the end, and PostgreSQL restores them on a failure.
const withOwnSettings = <A, E, R>(sql: SqlClient.SqlClient, migration: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const [before] = yield* sql<{ readonly strings: string; readonly path: string }>`
      SELECT current_setting('standard_conforming_strings') AS strings, current_setting('search_path') AS path`
    const set = (strings: string, path: string) =>
      sql`SELECT set_config('standard_conforming_strings', ${strings}, true), set_config('search_path', ${path}, true)`
    yield* set("on", "pg_catalog, pg_temp")
    const result = yield* migration
    if (before !== undefined) yield* set(before.strings, before.path)
    return result
  })

const runDue = Effect.fnUntraced(function*(
  database: Database.Database,
  { beside, migrations, schema, table }: Options
) {
  const { sql } = database
  const execute = (text: string) => Effect.asVoid(sql.unsafe(SqlFile.movedStore(text, schema)))
  const steps = Object.entries(migrations).map(([name, files]) =>
    [name, Effect.forEach(files, ({ text }) => execute(text), { discard: true })] as const
  )
  // Checked again after the lock is taken: another process may have migrated meanwhile.
  const state = yield* MigrationState.look(database, table)
  if (MigrationState.due(state, Object.keys(migrations)).length === 0) return false
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
