/** Chapter: the same account asked in SQL and in TypeScript by turns. Each reads what the other wrote and says the same no. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Account from "../Account.ts"
import { balanceOf } from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Balance, crowns } from "../Amount.ts"
import * as SqlAccounts from "../sql/SqlAccounts.ts"
import { type Check, check } from "./Check.ts"

/** What was asked, by whom, and what was answered. */
export interface SqlTwin {
  readonly _tag: "SqlTwin"
  readonly id: string
  /** The account's events as SQL shows them. */
  readonly events: ReadonlyArray<SqlAccounts.StoredEvent>
  readonly balance: Balance
  /** The refusals of one withdrawal, asked in either language. */
  readonly refusals: readonly [inSql: Account.Refusal | undefined, inTypeScript: Account.Refusal | undefined]
  /** A key used in TypeScript and then in SQL. */
  readonly key: string
  readonly answers: ReadonlyArray<{ readonly version: number; readonly deduplicated: boolean }>
  readonly checks: ReadonlyArray<Check>
}

/** Opens an account in SQL, and goes on with it in both languages. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const [id, key] = [`iris-${run}`, `wire-${run}`]
  yield* SqlAccounts.handle(id, { _tag: "OpenAccount", branch: "Ostrava", statements: "Monthly", currency: "CZK" })
  yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(500), channel: "Cash" })
  const withdrawal = { _tag: "Withdraw", amount: crowns(120), channel: "Card" } as const
  const first = yield* Accounts.handle(id, withdrawal, { idempotencyKey: key })
  const again = yield* SqlAccounts.handle(id, withdrawal, { idempotencyKey: key })
  const tooMuch = { ...withdrawal, amount: crowns(9_000) }
  const inSql = yield* SqlAccounts.handle(id, tooMuch).pipe(
    Effect.as(undefined),
    Effect.catchTag("InsufficientFunds", Effect.succeed)
  )
  const inTypeScript = yield* Accounts.handle(id, tooMuch).pipe(
    Effect.as(undefined),
    Effect.catchTag("InsufficientFunds", Effect.succeed)
  )
  const balance = balanceOf((yield* Accounts.load(id)).state)
  const answers = [first, again].map(({ deduplicated, version }) => ({ version, deduplicated }))
  return chapterOf({
    id,
    key,
    answers,
    balance,
    refusals: [inSql, inTypeScript],
    events: yield* SqlAccounts.events(id)
  })
})

const chapterOf = (facts: Omit<SqlTwin, "_tag" | "checks">): SqlTwin => {
  const { answers: [first, again], balance, events, refusals: [inSql, inTypeScript] } = facts
  return {
    _tag: "SqlTwin",
    ...facts,
    checks: [
      check("what SQL and TypeScript write is one history", events.length === 3 && balance === crowns(380)),
      check("a refusal is the same in SQL and in TypeScript", inSql !== undefined && Equal.equals(inSql, inTypeScript)),
      check(
        "a key that was used in TypeScript is known in SQL",
        again?.deduplicated === true && again.version === first?.version
      )
    ]
  }
}
