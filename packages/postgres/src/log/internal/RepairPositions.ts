/** Repairs a position counter that is behind the log, for example after a restore of the tables alone. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"

/**
 * Sets a counter that is behind to the last position, with a warning. Without the right to repair it there is no error here:
 * appends repair it, and reads of the head fail.
 */
export const repairPositions = (database: Database): Effect.Effect<void> =>
  Effect.catch(
    repair(database),
    (error) => Effect.logDebug("the position counter could not be checked", error)
  )

const repair = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<void, EventStoreError> {
  const { object, sql } = database
  const statement = sql<{ readonly repaired: bigint | null }>`SELECT ${object("repair_positions")}() AS repaired`
  const [row] = yield* query(database, "repair positions", statement)
  yield* report(database, row!.repaired)
})

/** Logs a warning if `repair_positions.sql` has repaired the counter. */
export const report = ({ schema }: Database, repaired: bigint | null): Effect.Effect<void> =>
  repaired === null
    ? Effect.void
    : Effect.logWarning(
      `the position counter of schema "${schema}" was behind the log and is set to its last position, ${repaired}`
    )
