/** The schema of a store: created and updated by its migrations, or checked if this program may not migrate. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Database from "./Database.ts"
import { migrationNames, migrationTable } from "./MigrationNames.ts"
import * as MigrationState from "./MigrationState.ts"
import * as SqlFile from "./SqlFile.ts"

/** The name of a schema; `InvalidInput` if no schema of a store can have it. */
export const parse = (schema: string): Result.Result<string, InvalidInput> => {
  const problem = SqlFile.schemaProblem(schema)
  return problem === undefined ? Result.succeed(schema) : invalid("schema", problem)
}

/**
 * Creates or updates the schema, if that is due. Logs a warning if a superuser does it, except on the embedded database,
 * which has no other roles.
 */
export const migrate = (database: Database.Database, isEmbedded: boolean): Effect.Effect<void, EventStoreError> =>
  // Loaded only now, because it holds the text of all SQL files.
  Effect.flatMap(Effect.promise(() => import("./StoreMigrations.ts")), ({ run }) => run(database, isEmbedded))

/**
 * Fails with an `EventStoreError` that names what is missing and the remedy if the schema has no store, or one that
 * older code migrated. Newer migrations than this code knows are not an error, because old and new code run side by side. A
 * role that may not read which migrations have run is not an error either.
 */
export const check = Effect.fnUntraced(function*(database: Database.Database): Effect.fn.Return<void, EventStoreError> {
  const state = yield* Effect.mapError(
    MigrationState.look(database, migrationTable),
    (error) => new EventStoreError({ operation: "open", cause: Database.explain(error) })
  )
  const due = MigrationState.due(state, migrationNames)
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
