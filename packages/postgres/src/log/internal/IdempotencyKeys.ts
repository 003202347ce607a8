/** Deletes idempotency keys in batches, each in its own transaction. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"

// A few milliseconds of work: a long transaction would hold back vacuum.
const batchSize = 1000

/** Deletes the keys that may expire and were first used before an instant; returns their number. */
export const forgetKeys = Effect.fnUntraced(function*(
  database: Database,
  before: DateTime.Utc
): Effect.fn.Return<number, InvalidInput | EventStoreError> {
  const instant = yield* Effect.fromResult(NewEvent.checkTime(before, "before"))
  const { object, sql } = database
  const statement = sql<{ readonly keys: bigint }>`
    SELECT ${object("forget_keys")}(${DateTime.toDateUtc(instant)}::timestamptz, ${batchSize}::int) AS keys`
  for (let forgotten = 0;;) {
    const [row] = yield* query(database, "forget keys", statement)
    const keys = Number(row!.keys)
    forgotten += keys
    if (keys < batchSize) return forgotten
  }
})
