/** Runs the store's own migrations. A separate module, loaded only if one may be due. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { migrations } from "./Baseline.ts"
import type * as Database from "./Database.ts"
import { migrationTable } from "./MigrationNames.ts"
import * as Migrations from "./Migrations.ts"
import * as SqlFile from "./SqlFile.ts"
import * as Superuser from "./Superuser.ts"

/** Runs the migrations that have not run yet; see `StoreSchema.migrate`. */
export const run = Effect.fnUntraced(function*(
  { limits, schema, sql }: Database.Database,
  isEmbedded: boolean
): Effect.fn.Return<void, EventStoreError> {
  const beside = SqlFile.rowsSchema(schema)
  const migrating = Migrations.run({
    schema,
    table: migrationTable,
    migrations,
    beside,
    waitAtMost: limits.queryTimeout
  })
  const migrated = yield* Effect.provideService(migrating, SqlClient.SqlClient, sql)
  if (migrated && !isEmbedded) yield* Effect.ignore(Superuser.warn(sql, schema))
})
