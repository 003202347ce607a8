/**
 * The schema's history: which SQL files each migration runs, in order. A migration that was released never changes: what
 * later ones have replaced is under `sql/history`.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Database from "./Database.ts"

/** The files of each migration. */
export const files: Record<string, ReadonlyArray<string>> = {
  "0001_event_store": [
    "schema/event_position",
    "schema/event_position_start",
    "schema/event_store",
    "schema/refuse_change",
    "schema/event_store_append_only",
    "schema/event_store_always_append_only",
    "schema/append_answer",
    "schema/idempotency_keys",
    "schema/event_snapshots",
    "history/0001_hold_positions",
    "functions/read_head",
    "functions/lock_streams",
    "functions/find_stored",
    "functions/commit_fingerprint",
    "functions/known_answer",
    "functions/stream_end",
    "functions/first_duplicate",
    "history/0001_append_commit",
    "history/0001_append_events",
    "schema/privileges"
  ],
  "0003_projections": [
    "schema/projection_generations",
    "schema/projection_generations_live",
    "schema/projection_generations_building",
    "schema/parked_streams",
    "schema/discarded_events",
    "schema/projections",
    "functions/namespace_of",
    "functions/create_namespace",
    "functions/write_inline_rows",
    "functions/create_rows",
    "functions/generations_over",
    "functions/drop_generation",
    "functions/claim_generation",
    "functions/save_checkpoint",
    "functions/promote_generation",
    "schema/privileges"
  ],
  "0004_key_expiry": [
    "schema/idempotency_keys_never_expires",
    "schema/idempotency_keys_expirable",
    "history/0004_set_append_events_aside",
    "history/0004_drop_append_commit",
    "functions/append_commit",
    "functions/append_events",
    "history/0004_hand_on_append_events",
    "schema/privileges"
  ],
  "0005_sql_api": [
    "functions/hold_positions",
    "schema/appended",
    "schema/rebuilt",
    "api/problem",
    "api/name_problem",
    "api/stream_problem",
    "api/expected_problem",
    "api/javascript_number",
    "api/json_problem",
    "api/object_problem",
    "api/event_problem",
    "api/time_of",
    "api/written_event_problem",
    "api/writes_problem",
    "api/refuse_input",
    "api/refuse_commit",
    "api/new_event_id",
    "api/store_checked",
    "api/store_writes",
    "api/expected_of",
    "api/appended_of",
    "api/append_event",
    "api/commit_events",
    "api/canonical_json",
    "api/command_fingerprint",
    "api/first_answer",
    "api/stream_version",
    "api/read_stream",
    "api/read_all",
    "api/rebuild_from_snapshot",
    "api/save_snapshot",
    "schema/privileges"
  ]
}

/** Brings the schema to this version of the package, or of these files. Processes that start together wait for one another. */
export const run = Effect.fnUntraced(function*(
  database: Database.Database,
  schema: string,
  upTo: typeof files = files
): Effect.fn.Return<void, EventStoreError, SqlClient.SqlClient> {
  const migrations = Object.entries(upTo).map(([name, names]) =>
    [name, Effect.forEach(names, (file) => database.execute(file), { discard: true })] as const
  )
  const migrate = Effect.gen(function*() {
    yield* database.query("queries/lock_migrations", { schema })
    yield* database.execute("schema/schema")
    const applied = yield* Migrator.make({})({
      loader: Migrator.fromRecord(Object.fromEntries(migrations)),
      table: `${schema}.migrations`
    })
    // What was replaced is gone; what is there may have been given other words.
    const present = Object.values(upTo).flat().filter((file) => !file.startsWith("history/"))
    if (applied.length > 0) yield* database.describe([...new Set(present)])
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
