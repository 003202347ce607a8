/** Chapter: the balance is a row that was stored with the events, so it is there as soon as the command is answered. */
import type { Row } from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { Amount, crowns } from "../Amount.ts"
import * as Balances from "../projection/Balances.ts"
import * as Balance from "../query/Balance.ts"
import { type Check, check } from "./Check.ts"
import * as Facts from "./Facts.ts"

/** An account in euros and the rows that were read of it. */
export interface InlineBalance {
  readonly _tag: "InlineBalance"
  /** Read just after a command was answered. */
  readonly afterCommand: Option.Option<Row<Account.State>>
  readonly interest: Amount
  /** Read just after the bank's own books, which no handler sees, had added interest. */
  readonly afterFact: Option.Option<Row<Account.State>>
  readonly checks: ReadonlyArray<Check>
}

/** Opens an account, deposits, reads; books interest, reads. */
export const tell = Effect.fnUntraced(function*(id: string) {
  yield* Accounts.handle(id, { _tag: "OpenAccount", branch: "Brno", statements: "Monthly", currency: "EUR" })
  const handled = yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(200), channel: "Transfer" })
  // As it is stored: a query would fold what the row lacks, and so could not tell.
  const { rows: [stored] } = yield* (yield* ReadModelStore).read(
    { projection: Balances.projection.name },
    { _tag: "Keys", keys: [handled.stream] }
  )
  const afterCommand = yield* Balance.balanceOf(id)
  const interest = Amount.make(150)
  yield* Facts.append(handled.stream, [Account.InterestCredited.make({ amount: interest, currency: "EUR" })])
  const afterFact = yield* Balance.balanceOf(id)
  const chapter: InlineBalance = {
    _tag: "InlineBalance",
    afterCommand,
    interest,
    afterFact,
    checks: [
      check(
        "right after a command its balance is in the stored row",
        stored?.version === handled.version &&
          Option.exists(afterCommand, ({ state }) => Equal.equals(state, handled.state))
      ),
      check(
        "a fact that no handler wrote is in the next read",
        Option.exists(
          afterFact,
          ({ state, version }) => version === handled.version + 1 && Account.balanceOf(state) === crowns(200) + interest
        )
      )
    ]
  }
  return chapter
})
