/** Runs migrations: SQL files, once each, recorded in a table of the schema that they change. */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import * as Database from "./Database.ts"
import * as SqlComments from "./SqlComments.ts"
import * as SqlFile from "./SqlFile.ts"

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
}

/**
 * Runs the migrations that have not run yet, in one transaction. Processes that migrate the same schema at the same time
 * wait for each other. Fails with `EventStoreError` where a statement fails; then nothing has changed.
 */
export const run = Effect.fnUntraced(function*(
  { migrations, schema, table }: Options
): Effect.fn.Return<void, EventStoreError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const { transaction } = yield* Database.make(schema)
  const execute = (text: string) => Effect.asVoid(sql.unsafe(SqlFile.moved(text, "refold", schema)))
  const steps = Object.entries(migrations).map(([name, files]) =>
    [name, Effect.forEach(files, ({ text }) => execute(text), { discard: true })] as const
  )
  const migrate = Effect.gen(function*() {
    yield* lock(schema)
    // The files are written for it. A server may have it off, and then reads a backslash in a text as an escape.
    yield* sql`SELECT set_config('standard_conforming_strings', 'on', true)`
    yield* sql.unsafe(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
    const applied = yield* Migrator.make({})({
      loader: Migrator.fromRecord(Object.fromEntries(steps)),
      table: `${schema}.${table}`
    })
    const comments = Object.values(migrations).flat().flatMap(({ text }) => SqlComments.of(text))
    if (applied.length > 0) yield* execute(SqlComments.statement(comments))
  })
  yield* Effect.mapError(
    transaction(migrate),
    (error) =>
      new EventStoreError({
        operation: "migrate",
        cause: error._tag === "SqlError" ? Database.explain(error) : error
      })
  )
})

/** Waits until no other transaction migrates the schema. A transaction lock, because poolers break session locks. */
export const lock = (schema: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql`SELECT pg_advisory_xact_lock(hashtextextended('refold migrations of ' || ${schema}::text, 0))`
  )
