/**
 * CRUD as most applications do it: load the row, change it in memory, save it. It is correct only if the
 * row is locked when it is loaded.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Fragment, Identifier } from "effect/sql/Statement"
import * as Operation from "./Operation.ts"
import * as Tables from "./Tables.ts"

interface Place {
  readonly sql: SqlClient.SqlClient
  readonly accounts: Identifier
  readonly audit: Identifier | undefined
  /** `FOR UPDATE`, or nothing. */
  readonly forUpdate: Fragment
}

// #region read-then-write
const readThenWrite = Effect.fnUntraced(function*(
  place: Place,
  operation: Operation.Operation,
  meanwhile: Effect.Effect<void>
) {
  const { accounts, forUpdate, sql } = place
  const legs = Operation.legs(operation)
  const ids = legs.map(({ account }) => account)
  const rows = yield* sql<{ id: string; balance: bigint }>`
    SELECT id, balance FROM ${accounts} WHERE id = ANY (${ids}::text[]) ORDER BY id ${forUpdate}`
  const held = new Map(rows.map(({ balance, id }) => [id, Number(balance)]))
  yield* meanwhile
  for (const { account, change, mayOverdraw } of legs) {
    if (!mayOverdraw && (held.get(account) ?? 0) + change < 0) return "Refused" as const
  }
  for (const leg of legs) yield* save(place, leg, held.get(leg.account) ?? 0, operation)
  return "Done" as const
})

const save = Effect.fnUntraced(function*(
  { accounts, audit, sql }: Place,
  { account, change }: Operation.Leg,
  held: number,
  { at, by, why }: Operation.Particulars
) {
  yield* sql`UPDATE ${accounts} SET balance = ${held + change}, updated_at = ${at}, updated_by = ${by}
    WHERE id = ${account}`
  if (audit === undefined) return
  yield* sql`INSERT INTO ${audit} (account, old_balance, new_balance, changed_at, changed_by, reason)
    VALUES (${account}, ${held}, ${held + change}, ${at}, ${by}, ${why})`
})
// #endregion

const make = Effect.fnUntraced(function*(
  name: string,
  schema: string,
  { audited = false, lock }: { readonly audited?: boolean; readonly lock: boolean }
) {
  const sql = yield* SqlClient.SqlClient
  const place: Place = {
    sql,
    accounts: sql(`${schema}.accounts`),
    audit: audited ? sql(`${schema}.audit`) : undefined,
    forUpdate: sql.literal(lock ? "FOR UPDATE" : "")
  }
  // Without a transaction, as is common for one row. A READ COMMITTED transaction would not help.
  const book: Tables.Style["book"] = (operation, meanwhile) =>
    lock || operation._tag === "Transfer"
      ? sql.withTransaction(readThenWrite(place, operation, meanwhile))
      : readThenWrite(place, operation, meanwhile)
  return yield* Tables.make({ name, schema, defence: lock ? "the second one waits" : "none", audited, book })
})

/** Without a lock: the last write wins. */
export const naive = (schema: string) => make("read, then UPDATE", schema, { lock: false })

/** With a lock on the row from the first read. */
export const locked = (schema: string) => make("SELECT … FOR UPDATE", schema, { lock: true })

/** With a lock, and a row in the audit table for each change. */
export const audited = (schema: string) => make("FOR UPDATE + audit", schema, { lock: true, audited: true })
