/** CRUD by one statement with the change rather than the result: nothing is read first. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Identifier } from "effect/sql/Statement"
import * as Operation from "./Operation.ts"
import * as Tables from "./Tables.ts"

// #region atomic
const change = (
  sql: SqlClient.SqlClient,
  accounts: Identifier,
  { account, change, mayOverdraw }: Operation.Leg,
  { at, by }: Operation.Particulars
) =>
  sql`UPDATE ${accounts} SET balance = balance + ${change}, updated_at = ${at}, updated_by = ${by}
    WHERE id = ${account} AND (${mayOverdraw} OR balance + ${change} >= 0) RETURNING id`
// #endregion

/** Balances that are changed in place. Good for rules that fit into a WHERE clause. */
export const make = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  const accounts = sql(`${schema}.accounts`)
  const changeAll = Effect.fnUntraced(function*(operation: Operation.Operation) {
    for (const leg of Operation.legs(operation)) {
      // A failure, so that a transfer is rolled back.
      if ((yield* change(sql, accounts, leg, operation)).length === 0) return yield* Effect.fail("Refused" as const)
    }
    return "Done" as const
  })
  const book: Tables.Style["book"] = (operation, meanwhile) => {
    const changed = changeAll(operation)
    const whole = operation._tag === "Transfer" ? sql.withTransaction(changed) : changed
    return Effect.andThen(meanwhile, Effect.catchIf(whole, (no) => no === "Refused", Effect.succeed))
  }
  return yield* Tables.make({ name: "one atomic UPDATE", schema, defence: "nothing is read first", book })
})
