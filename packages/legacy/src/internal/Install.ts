/** Creates the tables and functions of this package in the store's schema when they are missing. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Database from "@refold/postgres/internal/schema/Database"
import * as Migrations from "@refold/postgres/internal/schema/Migrations"
import * as SqlFile from "@refold/postgres/internal/schema/SqlFile"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as CheckMapping from "./CheckMapping.ts"
import { sqlText } from "./SqlText.generated.ts"
import { failed, type Operation } from "./StoreFailure.ts"

/** Installs into the schema of a store. */
export const install = Effect.fnUntraced(function*(
  { store }: { readonly store: string }
): Effect.fn.Return<void, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  yield* Effect.fromResult(CheckMapping.checkStore(store))
  yield* ensure(yield* Database.make(store), "install")
})

/**
 * Installs unless this version is installed already: then it only reads, so that a role with few rights can work. Fails with
 * `InvalidInput` when the schema has no store, or when the role has not the rights of the store's owner.
 */
export const ensure = Effect.fnUntraced(function*(
  database: Database.Database,
  operation: Operation
): Effect.fn.Return<void, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  const { schema } = database
  const store = yield* Effect.mapError(findStore(database), (error) => failed(operation, error))
  if (store === undefined) {
    const rule = `must be the schema of a store: "${schema}" has none; open PostgresStore with migrate: true first`
    return yield* new InvalidInput({ field: "store", rule })
  }
  if (store.version >= latest) return
  if (!store.may_install) {
    const rule = `must be prepared by the role "${store.owner}", which owns it: run LegacyTable.install as that role`
    return yield* new InvalidInput({ field: "store", rule })
  }
  yield* Migrations.run({ schema, table, migrations })
})

interface StoreRow {
  readonly owner: string
  readonly may_install: boolean
  readonly has_migrations: boolean
}

// Not to_regclass for a table that may be missing: the session would cache that, and Migrations.run, once it has waited for
// another process that creates the table, would create it again.
const findStore = Effect.fnUntraced(function*({ object, schema, sql }: Database.Database): Effect.fn.Return<
  { readonly owner: string; readonly may_install: boolean; readonly version: number } | undefined,
  SqlError.SqlError
> {
  const [store] = yield* sql<StoreRow>`
    SELECT pg_get_userbyid(c.relowner)::text AS owner, pg_has_role(c.relowner, 'USAGE') AS may_install,
      EXISTS (SELECT FROM pg_class m WHERE m.relnamespace = c.relnamespace AND m.relname = ${table}::name) AS has_migrations
    FROM pg_class c WHERE c.oid = to_regclass(${`"${schema}".event_store`}::text)`.unprepared
  if (store?.has_migrations !== true) return store && { ...store, version: 0 }
  const [latest] = yield* sql<{ readonly version: number }>`
    SELECT coalesce(max(migration_id), 0)::int AS version FROM ${object(table)}`.unprepared
  return { ...store, version: latest!.version }
})

const table = "legacy_migrations"

// In the order in which they depend on one another.
const baseline = [
  "schema/legacy_tables",
  "schema/legacy_runs",
  "schema/legacy_runs_unfinished",
  "schema/legacy_rows",
  "schema/legacy_skipped",
  "schema/legacy_changes",
  "schema/legacy_changes_key",
  "functions/append_each",
  "functions/legacy_texts",
  "functions/legacy_record",
  "functions/legacy_row",
  "functions/capture_legacy_row",
  "functions/capture_legacy_truncate",
  "functions/refuse_legacy_write",
  "functions/legacy_trigger",
  "functions/legacy_triggers",
  "functions/check_legacy_reader",
  "functions/create_legacy_trigger",
  "functions/disable_legacy_trigger",
  "functions/drop_legacy_trigger",
  "schema/legacy_privileges"
]

const migrations = { "0001_legacy_tables": SqlFile.sqlFiles(sqlText, baseline) }

const latest = Object.keys(migrations).length
