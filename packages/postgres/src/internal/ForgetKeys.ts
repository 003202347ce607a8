/** Forgetting idempotency keys, in batches that each are a transaction: nobody has to wait for all of them. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { query } from "./Query.ts"

// Some milliseconds' work.
const batchSize = 1000

/** Forgets the keys first used before an instant that may expire, and says how many. */
export const forgetKeys = Effect.fnUntraced(function*(
  database: Database,
  before: DateTime.Utc
): Effect.fn.Return<number, InvalidInput | EventStoreError> {
  const instant = yield* Effect.fromResult(NewEvent.checkTime(before, "before"))
  for (let forgotten = 0;;) {
    const [row] = yield* query<{ readonly keys: bigint }>(database, "forget keys", "queries/forget_keys", {
      before: DateTime.toDateUtc(instant),
      most: batchSize
    })
    const keys = Number(row!.keys)
    forgotten += keys
    if (keys < batchSize) return forgotten
  }
})
