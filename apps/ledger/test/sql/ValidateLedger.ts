// A small ledger with all kinds of derived data, and planted changes of it.
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Projector from "refold/Projector"
import * as Accounts from "../../src/Accounts.ts"
import { Amount } from "../../src/Amount.ts"
import * as Balances from "../../src/projection/Balances.ts"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"
import type { Corruption, Said } from "./ValidateCorruptions.ts"

const open = { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency: "CZK" } as const
const deposit = (amount: number) => ({ _tag: "Deposit", amount: Amount.make(amount), channel: "Cash" }) as const
const withdraw = (amount: number) => ({ _tag: "Withdraw", amount: Amount.make(amount), channel: "Card" }) as const

/** The data that the corruptions assume. */
export const opened = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* LedgerSql.install()
  // So that handlers write inline rows.
  yield* Projector.catchUp(Balances.projection)
  yield* Accounts.handle("ada", open)
  yield* Accounts.handle("ada", deposit(100), { idempotencyKey: "key" })
  yield* Accounts.handle("ada", withdraw(30))
  yield* sql`SELECT FROM refold.append_event('account-ada', 'MoneyPaidIn', '{"amount": 5}')`
  yield* sql`SELECT FROM ledger.take_snapshot('ada')`
  yield* Accounts.handle("ada", deposit(7))
  yield* Accounts.handle("bob", open)
  yield* Accounts.handle("bob", deposit(50))
  yield* sql`SELECT FROM refold.append_event('note-last', 'Noted', '{}')`
  yield* Projector.catchUp(Balances.projection)
  yield* bringUp("ledger")
})

/** Brings the projections of a schema up to date. */
export const bringUp = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SELECT ${sql(schema)}.refresh_balances()`
  yield* sql`CALL ${sql(schema)}.catch_up_balances()`
})

/** The findings of validate_ledger after a change, which is then rolled back. */
export const saidOf = Effect.fnUntraced(function*(
  { sql: statements }: Pick<Corruption, "sql">,
  { isStale = false, schema = "ledger" }: {
    readonly isStale?: boolean | undefined
    readonly schema?: string | undefined
  } = {}
) {
  const sql = yield* SqlClient.SqlClient
  const [live] = yield* sql<{ readonly id: number }>`SELECT id FROM refold.projections
    WHERE projection = 'balances' AND status = 'Live'`
  const corrupt = Effect.gen(function*() {
    yield* sql`ALTER TABLE refold.event_store DISABLE TRIGGER append_only`
    for (const statement of statements) {
      yield* sql.unsafe(statement.replaceAll("ledger.", `${schema}.`).replaceAll("rows_live", `rows_${live!.id}`))
    }
    const said = yield* sql<Required<Said>>`SELECT problem, aggregate_id, version, expected, found
      FROM ${sql(schema)}.validate_ledger(${isStale}) ORDER BY problem, aggregate_id, version`
    return yield* Effect.fail({ said })
  })
  return yield* Effect.flip(sql.withTransaction(corrupt)).pipe(
    Effect.flatMap((taken) => "said" in taken ? Effect.succeed(taken.said) : Effect.fail(taken))
  )
})
