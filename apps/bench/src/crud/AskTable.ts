/** The answers of a table of balances: the present balance, and the last user that changed it. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import { type Answer, answered, type Answers, cannot, money } from "./Question.ts"
import * as Story from "./Story.ts"

interface Row {
  readonly cents: bigint
  readonly updated_by: string
}

const held = ({ cents }: Row) => money(Number(cents))

const first = (found: (row: Row) => string, reason: string) => ([row]: ReadonlyArray<Row>): Answer =>
  row === undefined ? cannot(reason) : answered(found(row))

/** The answers of the balances table of a schema. The last two questions change data by SQL. */
export const make = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  const accounts = sql(`${schema}.accounts`)
  const ada = (condition = sql``) =>
    sql<Row>`SELECT balance AS cents, updated_by FROM ${accounts} WHERE id = 'ada' ${condition}`
  const all = sql<Row>`SELECT sum(balance)::bigint AS cents, '' AS updated_by FROM ${accounts}`
  const answers: Answers<SqlError.SqlError> = {
    now: Effect.map(ada(), first(held, "there is no such account")),
    total: Effect.map(all, first(held, "there are no accounts")),
    past: Effect.map(
      ada(sql`AND updated_at <= ${Story.noon}`),
      first(held, "the balance has been overwritten since")
    ),
    who: Effect.map(ada(), first(({ updated_by: who }) => `${who}, not why`, "there is no such account")),
    below: Effect.map(
      ada(sql`AND balance < 0`),
      first((row) => `yes, ${held(row)}`, "it is not now, and earlier balances are lost")
    ),
    fees: Effect.succeed(cannot("it has the result, not the operations")),
    undo: Effect.succeed(cannot("it does not have the fees")),
    refused: Effect.succeed(cannot("it was not recorded")),
    balanceForged: sql`UPDATE ${accounts} SET balance = 100000000 WHERE id = 'ada'`.pipe(
      Effect.as(cannot("there is nothing to compare it with"))
    ),
    pastForged: Effect.succeed(cannot("there is no past to change"))
  }
  return answers
})
