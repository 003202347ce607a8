/** Deletes idempotency keys in batches, each of which is a transaction of its own: no append waits for all of them. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"

// A few milliseconds of work.
const batchSize = 1000

/** Deletes the keys that may expire and were first used before an instant; yields how many. */
export const forgetKeys = Effect.fnUntraced(function*(
  database: Database,
  before: DateTime.Utc
): Effect.fn.Return<number, InvalidInput | EventStoreError> {
  const instant = yield* Effect.fromResult(NewEvent.checkTime(before, "before"))
  const statement = forgetBatch(database, DateTime.toDateUtc(instant))
  for (let forgotten = 0;;) {
    const [row] = yield* query(database, "forget keys", statement)
    const keys = Number(row!.keys)
    forgotten += keys
    if (keys < batchSize) return forgotten
  }
})

/**
 * One batch: the oldest keys first. A delete that takes long would keep vacuum waiting, hence the batches. Appends never
 * wait for it, because they lock no key that exists; others that delete keys at the same time take the next ones.
 */
export const forgetBatch = ({ object, sql }: Database, before: Date) =>
  sql<{ readonly keys: bigint }>`
    WITH old AS (
      SELECT key FROM ${object("idempotency_keys")}
      WHERE NOT never_expires AND created_at < ${before}::timestamptz
      ORDER BY created_at
      LIMIT ${batchSize}::bigint
      FOR UPDATE SKIP LOCKED
    ), forgotten AS (
      DELETE FROM ${object("idempotency_keys")} k USING old WHERE k.key = old.key
      RETURNING 1
    )
    SELECT count(*) AS keys FROM forgotten`
