/** Looks up an idempotency key, by the SQL function that reads it as the owner. */
import * as StoredKey from "@refold/core/journal/StoredKey"
import type { ReadFailure } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import * as StoredValue from "../../schema/internal/StoredValue.ts"
import * as AppendAnswer from "./AppendAnswer.ts"

const operation = "find key"

interface KeyRow extends Omit<AppendAnswer.AnswerRow, "outcome" | "event_id"> {
  readonly fingerprint: string | null
  readonly stored_at: Date
  readonly never_expires: boolean
}

/** The stored key with its answer; None if it is not stored. */
export const findKey = Effect.fnUntraced(function*(
  database: Database,
  key: string
): Effect.fn.Return<Option.Option<StoredKey.StoredKey>, ReadFailure> {
  const { object, sql } = database
  yield* Effect.fromResult(StoredKey.check(key))
  const rows = yield* query(database, operation, sql<KeyRow>`SELECT * FROM ${object("find_key")}(${key}::text)`)
  const [row] = rows
  if (row === undefined) return Option.none()
  const reason = StoredValue.instant(row.stored_at)
  if (reason !== undefined) {
    const place = { table: "idempotency_keys", row: { key }, column: "created_at", reason }
    return yield* StoredValue.unreadable(operation, place)
  }
  return Option.some({
    key,
    fingerprint: row.fingerprint ?? undefined,
    answer: yield* Effect.fromResult(AppendAnswer.stored(operation, rows, key)),
    storedAt: DateTime.fromDateUnsafe(row.stored_at),
    neverExpires: row.never_expires
  })
})
