/**
 * Opens a store: runs due migrations, sets the isolation of its sessions, and repairs a position counter that is behind. If
 * nothing is due this takes one statement; a program that may migrate first sends one more, to check the owner of the schema.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../../schema/internal/Database.ts"
import * as Isolation from "../../schema/internal/Isolation.ts"
import { migrationNames, migrationTable } from "../../schema/internal/MigrationNames.ts"
import * as MigrationState from "../../schema/internal/MigrationState.ts"
import * as StoreSchema from "../../schema/internal/StoreSchema.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import * as RepairPositions from "./RepairPositions.ts"

/** How to open a store. */
export interface Options {
  /** Whether it may create and update the schema, and set the counter. */
  readonly migrate: boolean
  readonly isEmbedded: boolean
}

/** Opens a store and returns its database, with statements at READ COMMITTED. */
export const open = Effect.fnUntraced(function*(
  plain: Database.Database,
  { isEmbedded, migrate }: Options
): Effect.fn.Return<Database.Database, EventStoreError> {
  // No other role can reach an embedded database.
  const isForeign = migrate && !isEmbedded && (yield* askOwner(plain))
  // The migration fails with the reason.
  if (isForeign) yield* StoreSchema.migrate(plain, isEmbedded)
  const ready = yield* ask(plain, migrate)
  if (ready !== undefined) {
    yield* RepairPositions.report(plain, ready.repaired)
    const database = yield* Isolation.enforce(plain, ready.level)
    if (migrate && !Isolation.isReadCommitted(ready.level)) yield* RepairPositions.repairPositions(database)
    return database
  }
  yield* migrate ? StoreSchema.migrate(plain, isEmbedded) : StoreSchema.check(plain)
  const database = yield* Isolation.enforce(plain)
  if (migrate) yield* RepairPositions.repairPositions(database)
  return database
})

const askOwner = (database: Database.Database): Effect.Effect<boolean, EventStoreError> =>
  Effect.mapError(
    MigrationState.isForeign(database, migrationTable),
    (error) => new EventStoreError({ operation: "migrate", cause: Database.explain(error) })
  )

interface ReadyRow {
  readonly version: number
  /** The default isolation of the session. */
  readonly level: string
  readonly repaired: bigint | null
}

/**
 * The state of a store that has all migrations; `undefined` if one is due or the statement fails. Each fact is then queried
 * separately, by statements that need no rights and no table. Not in a transaction of the caller, which a failing statement
 * would abort.
 */
const ask = Effect.fnUntraced(function*(
  database: Database.Database,
  repair: boolean
): Effect.fn.Return<ReadyRow | undefined, EventStoreError> {
  if (yield* database.inTransaction) return undefined
  const answer = Effect.map(
    TimeLimits.withinTimeout(database.limits, readyStatement(database, repair)),
    ([row]) =>
      MigrationState.due({ _tag: "Applied", version: row!.version }, migrationNames).length === 0 ? row : undefined
  )
  return yield* Effect.catch(answer, (error) =>
    Database.isRefusedConnect(error)
      ? Effect.fail(new EventStoreError({ operation: repair ? "migrate" : "open", cause: Database.explain(error) }))
      : Effect.succeed(undefined))
})

const readyStatement = (
  { object, sql }: Database.Database,
  repair: boolean
): Effect.Effect<ReadonlyArray<ReadyRow>, SqlError.SqlError> => {
  // After its lock the repair needs a new snapshot, which stricter isolation levels do not provide.
  const repaired = repair
    ? sql`CASE WHEN current_setting('transaction_isolation') LIKE 'read %' THEN ${object("repair_positions")}() END`
    : sql`NULL::bigint`
  return sql<ReadyRow>`
    SELECT (SELECT coalesce(max(m.migration_id), 0)::int FROM ${object(migrationTable)} AS m) AS version,
      current_setting('default_transaction_isolation') AS level, ${repaired} AS repaired`.unprepared
}
