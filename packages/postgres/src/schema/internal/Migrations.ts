/** Stand-in: runs migrations in one transaction, under the lock of the schema. */
import { EventStoreError } from "@refold/store/EventStoreError"
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import type * as SqlClient from "effect/sql/SqlClient"
import * as SqlComments from "../../internal/SqlComments.ts"
import * as Database from "./Database.ts"

/** A statement, written for the schema `refold`. */
export interface SqlText {
  readonly name: string
  readonly text: string
}

/** What to run. */
export interface Options {
  /** The bookkeeping table, in the schema. */
  readonly table: string
  readonly migrations: Readonly<Record<string, ReadonlyArray<SqlText>>>
}

/** Runs the migrations that are not in the bookkeeping table. Processes that start together wait for one another. */
export const run = Effect.fnUntraced(function*(
  database: Database.Database,
  { migrations, table }: Options
): Effect.fn.Return<void, EventStoreError, SqlClient.SqlClient> {
  const { schema, sql } = database
  const textOf = ({ text }: SqlText): string => Database.moved(text, "refold", schema)
  const steps = Object.entries(migrations).map(([name, texts]) =>
    [name, Effect.forEach(texts, (text) => sql.unsafe(textOf(text)), { discard: true })] as const
  )
  const migrate = Effect.gen(function*() {
    yield* sql`SELECT pg_advisory_xact_lock(hashtextextended('refold migrations of ' || ${schema}::text, 0))`
    const applied = yield* Migrator.make({})({
      loader: Migrator.fromRecord(Object.fromEntries(steps)),
      table: `${schema}.${table}`
    })
    if (applied.length === 0) return
    const comments = Object.values(migrations).flat().flatMap((text) => SqlComments.of(textOf(text)))
    yield* sql.unsafe(SqlComments.statement(comments))
  })
  yield* Effect.mapError(
    database.transaction(migrate),
    (error) =>
      new EventStoreError({
        operation: "migrate",
        cause: error._tag === "SqlError" ? Database.explain(error) : error
      })
  )
})
