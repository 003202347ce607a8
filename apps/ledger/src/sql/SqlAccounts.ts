/** Accounts through SQL, as from any other language: the same commands, the same refusals. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { StreamVersion } from "refold/StreamVersion"
import type * as Account from "../Account.ts"

/** The answer to a command. */
export interface Handled {
  readonly version: StreamVersion
  readonly events: ReadonlyArray<Account.Event>
  readonly deduplicated: boolean
}

/** An event under the names of the view `event_store`. */
export interface StoredEvent {
  readonly version: number
  readonly type: string
  readonly data: unknown
}

/** Sends a command to the account `id` by `ledger.handle`. Fails with the account's refusal, or with the database's own error. */
export const handle = Effect.fnUntraced(function*(
  id: string,
  command: Account.Command,
  { idempotencyKey }: { readonly idempotencyKey?: string } = {}
): Effect.fn.Return<Handled, Account.Refusal | SqlError.SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const handled = sql<Handled>`
    SELECT version::int, events, deduplicated
    FROM ledger.handle(${id}, ${JSON.stringify(command)}::text::jsonb, p_idempotency_key => ${idempotencyKey ?? null})`
  // Equal to the refusal of TypeScript by the laws of the twin.
  const [row] = yield* Effect.mapError(handled, (error) => refusalOf(error) as Account.Refusal | SqlError.SqlError)
  return row!
})

/** Moves money by `CALL ledger.transfer`, both accounts in one commit. */
export const transfer = Effect.fnUntraced(function*(
  { amount, from, to }: { readonly from: string; readonly to: string; readonly amount: number }
): Effect.fn.Return<void, PartRefused | SqlError.SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const moved = sql`CALL ledger.transfer(${from}, ${to}, ${amount})`
  yield* Effect.mapError(moved, (error) => refusalOf(error) as PartRefused | SqlError.SqlError)
})

/** The events of an account from the view `event_store`. */
export const events = (id: string): Effect.Effect<ReadonlyArray<StoredEvent>, SqlError.SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) =>
      sql<
        StoredEvent
      >`SELECT version::int, type, data FROM ledger.event_store WHERE aggregate_id = ${id} ORDER BY version`
  )

/** One of the two accounts of a transfer refused. */
export interface PartRefused {
  readonly _tag: "PartRefused"
  readonly stream: string
  readonly refusal: Account.Refusal
}

// A refusal is the JSON in the detail of an error of its own class.
const refusalOf = (error: SqlError.SqlError): unknown => {
  const { code, detail }: { readonly code?: string; readonly detail?: string } = Object(error.reason.cause)
  return code === "ML001" && detail !== undefined ? JSON.parse(detail) : error
}
