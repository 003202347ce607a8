/** Chapter: an account is opened, gets money, gives some; and these are the rows that stand in the store afterwards. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Balance, crowns } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

/** The rows of a new account. */
export interface FirstRows {
  readonly _tag: "FirstRows"
  readonly rows: ReadonlyArray<RecordedEvent>
  readonly balance: Balance
  readonly checks: ReadonlyArray<Check>
}

/** Opens, deposits, withdraws, reads. */
export const tell = Effect.fnUntraced(function*(id: string) {
  yield* Accounts.handle(id, { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency: "CZK" })
  yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
  const { state, stream } = yield* Accounts.handle(id, { _tag: "Withdraw", amount: crowns(250), channel: "Card" })
  const rows = yield* Stream.runCollect((yield* EventStore).readStream(stream))
  const balance = Account.balanceOf(state)
  const chapter: FirstRows = {
    _tag: "FirstRows",
    rows,
    balance,
    checks: [
      check(
        "three commands stored one row each",
        rows.map(({ type }) => type).join() === "AccountOpened,MoneyDeposited,MoneyWithdrawn"
      ),
      check("the versions of a stream have no gap", rows.every(({ version }, index) => version === index + 1)),
      check("the state follows from the events", balance === crowns(750))
    ]
  }
  return chapter
})
