/**
 * What is done when a store is opened: migrations that are due, the isolation of its sessions, a position counter that is
 * behind. One round trip where nothing is due.
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

/** What the program may do. */
export interface Options {
  /** Whether it may create and update the schema, and set the counter. */
  readonly migrate: boolean
  readonly isEmbedded: boolean
}

/** The database of a store that is ready, with statements at READ COMMITTED. */
export const open = Effect.fnUntraced(function*(
  plain: Database.Database,
  { isEmbedded, migrate }: Options
): Effect.fn.Return<Database.Database, EventStoreError> {
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

interface ReadyRow {
  readonly version: number
  /** The default isolation of the session. */
  readonly level: string
  readonly repaired: bigint | null
}

/**
 * The answer of a store that has all migrations, and `undefined` where one is due or the statement fails: then each
 * question is asked by itself, by statements that need no rights and no table. Not in a transaction of the caller's, which
 * a statement that fails would end.
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
  // Behind a lock the repair needs a new snapshot, which stricter sessions do not give.
  const repaired = repair
    ? sql`CASE WHEN current_setting('transaction_isolation') LIKE 'read %' THEN ${object("repair_positions")}() END`
    : sql`NULL::bigint`
  return sql<ReadyRow>`
    SELECT (SELECT coalesce(max(m.migration_id), 0)::int FROM ${object(migrationTable)} AS m) AS version,
      current_setting('default_transaction_isolation') AS level, ${repaired} AS repaired`.unprepared
}
