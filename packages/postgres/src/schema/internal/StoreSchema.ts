/** The schema of a store: created and updated by its migrations, or checked where this program may not migrate. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { migrations } from "./Baseline.ts"
import * as Database from "./Database.ts"
import * as Migrations from "./Migrations.ts"
import * as SqlFile from "./SqlFile.ts"
import * as Superuser from "./Superuser.ts"

const table = "migrations"

/** The name of a schema, or `InvalidInput` where no schema of a store can have it. */
export const parse = (schema: string): Result.Result<string, InvalidInput> => {
  const problem = SqlFile.schemaProblem(schema)
  return problem === undefined ? Result.succeed(schema) : invalid("schema", problem)
}

/**
 * Creates or updates the schema, where that is due. Warns where a superuser does it, except on the embedded database,
 * which has no other roles.
 */
export const migrate = Effect.fnUntraced(function*(
  { limits, schema, sql }: Database.Database,
  isEmbedded = false
): Effect.fn.Return<void, EventStoreError> {
  const beside = SqlFile.rowsSchema(schema)
  const migrating = Migrations.run({ schema, table, migrations, beside, waitAtMost: limits.queryTimeout })
  const migrated = yield* Effect.provideService(migrating, SqlClient.SqlClient, sql)
  if (migrated && !isEmbedded) yield* Effect.ignore(Superuser.warn(sql, schema))
})

/**
 * Fails with an `EventStoreError` that says what is missing and how to get it, where the schema has no store or one that
 * older code migrated. Newer migrations than this code knows are no error: old and new code run side by side. Nor is a
 * role that may not read which migrations have run.
 */
export const check = Effect.fnUntraced(function*(database: Database.Database): Effect.fn.Return<void, EventStoreError> {
  const state = yield* Effect.mapError(
    Migrations.look(database, table),
    (error) => new EventStoreError({ operation: "open", cause: Database.explain(error) })
  )
  const due = Migrations.due(state, migrations)
  if (due.length === 0 || state._tag === "Unreadable") return
  const { schema } = database
  const missing = {
    NoSchema: `the schema "${schema}" does not exist`,
    NoTable: `the schema "${schema}" has no store`,
    Applied: `the store in the schema "${schema}" lacks ${due.join(", ")}`
  }
  const remedy =
    `run PostgresStore.migrate({ schema: "${schema}" }) as the role that is to own it, or open with migrate: true`
  return yield* new EventStoreError({ operation: "open", cause: new Error(`${missing[state._tag]}: ${remedy}`) })
})
