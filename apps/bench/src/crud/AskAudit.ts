/** The answers of a table of balances with an audit table: those that its columns allow. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { Identifier } from "effect/sql/Statement"
import * as AskTable from "./AskTable.ts"
import { type Answer, answered, type Answers, cannot, money } from "./Question.ts"
import * as Story from "./Story.ts"

interface Found {
  readonly cents?: bigint | null
  readonly text?: string
}

// #region queries
const queriesOn = (sql: SqlClient.SqlClient, audit: Identifier) => ({
  past: sql<Found>`SELECT new_balance AS cents FROM ${audit}
    WHERE account = 'ada' AND changed_at <= ${Story.noon} ORDER BY entry DESC LIMIT 1`,
  who: sql<Found>`SELECT changed_by || ': ' || reason AS text FROM ${audit}
    WHERE account = 'ada' ORDER BY entry DESC LIMIT 1`,
  lowest: sql<Found>`SELECT min(new_balance) AS cents FROM ${audit} WHERE account = 'ada'`,
  // The audit table has no column for the kind of change, so the query searches the text of the reason.
  fees: sql<Found>`SELECT sum(old_balance - new_balance)::bigint AS cents FROM ${audit}
    WHERE reason LIKE 'fee:%' AND changed_at >= ${Story.march.from} AND changed_at < ${Story.march.to}`,
  undone: sql<Found>`SELECT sum(new_balance - old_balance)::bigint AS cents FROM ${audit}
    WHERE account = 'ada' AND reason NOT LIKE 'fee:%'`
})
// #endregion

const cents = (text: (found: string) => string) => ([row]: ReadonlyArray<Found>): Answer =>
  typeof row?.cents === "bigint" ? answered(text(money(Number(row.cents)))) : cannot("no such entry in the audit table")

/** The answers of a balances table with an audit table. */
export const make = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  const accounts = sql(`${schema}.accounts`)
  const audit = sql(`${schema}.audit`)
  const { fees, lowest, past, undone, who } = queriesOn(sql, audit)
  const disagree = sql`SELECT FROM ${accounts} WHERE id = 'ada' AND balance <>
    (SELECT new_balance FROM ${audit} WHERE account = 'ada' ORDER BY entry DESC LIMIT 1)`
  const forge = sql`UPDATE ${audit} SET new_balance = 0, reason = 'as agreed' WHERE account = 'ada' AND entry = 1`
  const answers: Answers<SqlError.SqlError> = {
    ...yield* AskTable.make(schema),
    past: Effect.map(past, cents((held) => held)),
    who: Effect.map(who, ([row]) => answered(row?.text ?? "nobody")),
    below: Effect.map(lowest, cents((held) => (held.startsWith("-") ? `yes, ${held}` : "no"))),
    fees: Effect.map(fees, cents((earned) => `${earned}, by wording`)),
    undo: Effect.map(undone, cents((held) => `${held}, by wording`)),
    balanceForged: sql`UPDATE ${accounts} SET balance = 100000000 WHERE id = 'ada'`.pipe(
      Effect.andThen(disagree),
      Effect.map((rows) => rows.length > 0 ? answered("yes: the two tables differ") : cannot("they agree"))
    ),
    pastForged: Effect.as(forge, cannot("the UPDATE succeeds, and nothing shows it"))
  }
  return answers
})
