/** The same account in SQL and in TypeScript: each reads the other's events and refuses with the same error. */
import * as Equal from "effect/Equal"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import { balanceOf } from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import * as Database from "../../Database.ts"
import * as LedgerSql from "../../sql/LedgerSql.ts"
import * as SqlAccounts from "../../sql/SqlAccounts.ts"
import * as Chapter from "../Chapter.ts"
import { list, table } from "../Narration.ts"

/** A chapter that needs PostgreSQL itself. */
export type SqlChapter = Chapter.Chapter<Chapter.Services | SqlClient.SqlClient | Scope.Scope>

/** Commands in SQL. */
export const sqlCommands: SqlChapter = Chapter.make("sql", "Commands in SQL", {
  find: function*({ run }: Chapter.Input) {
    yield* LedgerSql.install({ store: Database.schema })
    const [id, key] = [`iris-${run}`, `wire-${run}`]
    yield* SqlAccounts.handle(id, { _tag: "OpenAccount", branch: "Ostrava", statements: "Monthly", currency: "CZK" })
    yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(500), channel: "Cash" })
    const withdrawal = { _tag: "Withdraw", amount: crowns(120), channel: "Card" } as const
    const first = yield* Accounts.handle(id, withdrawal, { idempotencyKey: key })
    const again = yield* SqlAccounts.handle(id, withdrawal, { idempotencyKey: key })
    const tooMuch = { ...withdrawal, amount: crowns(9_000) }
    const inSql = yield* Chapter.errorOf(SqlAccounts.handle(id, tooMuch), "InsufficientFunds")
    const inTypeScript = yield* Chapter.errorOf(Accounts.handle(id, tooMuch), "InsufficientFunds")
    const balance = balanceOf((yield* Accounts.load(id)).state)
    return { id, key, first, again, inSql, inTypeScript, balance, events: yield* SqlAccounts.events(id) }
  },
  figure: ({ balance, events }) => `${events.length} events by SQL and TypeScript; balance ${format(balance)} in both`,
  checks: ({ again, balance, events, first, inSql, inTypeScript }) => ({
    "events of SQL and of TypeScript form one history": events.length === 3 && balance === crowns(380),
    "a refusal is the same in SQL and in TypeScript": inSql !== undefined && Equal.equals(inSql, inTypeScript),
    "SQL recognises an idempotency key that was used in TypeScript": again.deduplicated &&
      again.version === first.version
  }),
  lines: ({ again, balance, events, first, id, inSql, inTypeScript, key }) => [
    "CALL ledger.open creates an account, and TypeScript deposits and withdraws.",
    `SELECT version, type, data FROM ledger.event_store WHERE aggregate_id = '${id}' ORDER BY version:`,
    table(events),
    `A withdrawal under the key "${key}" writes version ${first.version} in TypeScript.`,
    `The same in SQL: version ${again.version}, ${again.deduplicated ? "the first answer" : "a new decision"}.`,
    `The balance is ${format(balance)}. A larger withdrawal is refused in SQL and in TypeScript:`,
    list([JSON.stringify(inSql), JSON.stringify(inTypeScript)])
  ]
})
