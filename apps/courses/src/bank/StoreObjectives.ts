/** The first half of the course: events, the table that holds them, and the append that rejects a stale writer. */
import { DateTime, Effect, Result } from "effect"
import { SqlClient } from "effect/sql"
import { claim, type Objective } from "../Course.ts"
import * as Expected from "../Expected.ts"
import * as SqlCode from "../SqlCode.ts"
import * as Account from "./Account.ts"
import * as AccountEvents from "./AccountEvents.ts"

/** The times at which the events of Ada's account occurred. */
export const hours = ["09:00", "10:00", "11:00"].map((time) => DateTime.makeUnsafe(`2026-03-02T${time}:00Z`))

/** The history of Ada's account. */
const history = [
  Account.AccountOpened.make({ ownerName: "Ada" }),
  Account.MoneyDeposited.make({ amount: 10_000 }),
  Account.MoneyWithdrawn.make({ amount: 2_500 })
] as const

/** Objective: events are plain data, and data that does not fit the event's schema is refused. */
export const events: Objective = {
  name: "Three events as immutable data",
  run: Effect.sync(() => {
    const encoded = Account.codec.encode(history[1])
    const negative = Account.codec.encode(Account.MoneyDeposited.make({ amount: -1 }))
    return [
      claim(
        `MoneyDeposited is stored as ${JSON.stringify(Result.isSuccess(encoded) ? encoded.success.data : {})}`,
        Result.isSuccess(encoded) && JSON.stringify(encoded.success.data) === "{\"amount\":10000}"
      ),
      claim("a deposit of -1 does not fit the schema and cannot be stored", Result.isFailure(negative))
    ]
  })
}

/** Objective: the table has the columns of an event store, and the database refuses every change of a stored row. */
export const table: Objective = {
  name: "The table: append-only, one sequence number per account",
  run: Effect.gen(function*() {
    yield* AccountEvents.append("table", [history[0]], { expected: 0 })
    const sql = yield* SqlClient.SqlClient
    const columns = yield* sql<{ readonly name: string }>`SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'refold' AND table_name = 'event_store'`
    const codes = yield* Effect.forEach([
      sql`UPDATE refold.event_store SET data = '{}'`,
      sql`DELETE FROM refold.event_store`,
      sql`TRUNCATE refold.event_store CASCADE`
    ], SqlCode.of)
    const wanted = ["event_id", "stream", "type", "data", "version", "occurred_at"]
    return [
      claim(
        `event_store has ${wanted.join(", ")}`,
        wanted.every((column) => columns.some(({ name }) => name === column))
      ),
      claim(`UPDATE, DELETE and TRUNCATE are refused: ${codes.join(", ")}`, codes.every((code) => code === "23001"))
    ]
  })
}

/** Objective: open, deposit, withdraw gives three rows; a writer that expects an older version is rejected. */
export const append: Objective = {
  name: "append(event), with a concurrency error",
  run: Effect.gen(function*() {
    for (const [index, event] of history.entries()) {
      yield* AccountEvents.append("ada", [event], { expected: index, at: hours[index]! })
    }
    const stale = yield* Expected.failureOf(AccountEvents.append("ada", [history[2]], { expected: 2 }))
    const rows = yield* storedRows
    return [
      claim(`open, deposit, withdraw gives ${rows.length} rows: ${rows.join(", ")}`, rows.length === 3),
      claim(
        `a second writer that has seen 2 events is rejected: ${stale.message}`,
        stale._tag === "VersionConflict" && (yield* storedRows).length === 3
      )
    ]
  })
}

// #region rows
const storedRows = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly sequence_number: bigint; readonly event_type: string }>`
    SELECT event_id AS id, stream AS aggregate_id, type AS event_type, data AS payload, version AS sequence_number,
      occurred_at
    FROM refold.event_store WHERE stream = 'account-ada' ORDER BY version`
  return rows.map(({ event_type, sequence_number }) => `${sequence_number} ${event_type}`)
})
// #endregion
