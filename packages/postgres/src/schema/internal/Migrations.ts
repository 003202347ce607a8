/** Stand-in: runs migrations in one transaction, under the lock of the schema. */
import { EventStoreError } from "@refold/store/EventStoreError"
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import type * as SqlClient from "effect/sql/SqlClient"
import * as SqlComments from "../../internal/SqlComments.ts"
import * as Database from "./Database.ts"
import * as SqlFile from "./SqlFile.ts"

/** What to migrate. */
export interface Options {
  readonly schema: string
  readonly table: string
  readonly migrations: Readonly<Record<string, ReadonlyArray<SqlFile.SqlFile>>>
}

/** Runs the migrations that are not in the bookkeeping table. Processes that start together wait for one another. */
export const run = Effect.fnUntraced(function*(
  { migrations, schema, table }: Options
): Effect.fn.Return<void, EventStoreError, SqlClient.SqlClient> {
  const { sql, transaction } = yield* Database.make(schema)
  const execute = (text: string) => Effect.asVoid(sql.unsafe(SqlFile.moved(text, "refold", schema)))
  const steps = Object.entries(migrations).map(([name, files]) =>
    [name, Effect.forEach(files, ({ text }) => execute(text), { discard: true })] as const
  )
  const migrate = Effect.gen(function*() {
    yield* sql`SELECT pg_advisory_xact_lock(hashtextextended('refold migrations of ' || ${schema}::text, 0))`
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
