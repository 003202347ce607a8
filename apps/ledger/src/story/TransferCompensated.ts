/** Chapter: the money has left one account when the other says no. The saga brings it back, and the books show all of it. */
import { EventReader } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Amount, crowns } from "../Amount.ts"
import * as Ledger from "../Ledger.ts"
import * as Processes from "../Processes.ts"
import type * as Transfer from "../Transfer.ts"
import * as Transfers from "../Transfers.ts"
import { type Check, check } from "./Check.ts"
import * as People from "./People.ts"
import * as SagaHistory from "./SagaHistory.ts"

/** A transfer that failed half-way. */
export interface TransferCompensated {
  readonly _tag: "TransferCompensated"
  readonly transfer: string
  readonly amount: Amount
  readonly before: People.Holdings
  readonly after: People.Holdings
  readonly ended: Transfer.State
  readonly history: ReadonlyArray<SagaHistory.Line>
  /** What it left in the books of the account that paid. */
  readonly movements: ReadonlyArray<Account.Movement>
  readonly checks: ReadonlyArray<Check>
}

const amount = crowns(200)

/** Freezes an account, and asks for a transfer to it. */
export const tell = Effect.fnUntraced(function*(run: string) {
  const people = People.of(run)
  const transfer = `gift-${run}`
  yield* People.asEmployee(Ledger.send(people.gina, { _tag: "FreezeAccount", reason: "a lost card" }))
  const before = yield* People.holdings(people)
  const { version } = yield* Accounts.load(people.fred)
  yield* People.request(transfer, { from: people.fred, to: people.gina, amount, purpose: "gift" })
  yield* Processes.moveMoney
  const after = yield* People.holdings(people)
  const paid = yield* Accounts.load(people.fred)
  const stored = (yield* EventReader).readStream(paid.stream, { after: version })
  const movements = yield* Effect.forEach(
    yield* Stream.runCollect(stored),
    (row) => Effect.fromResult(Account.movements.decode(row))
  )
  yield* People.asEmployee(Ledger.send(people.gina, { _tag: "UnfreezeAccount" }))
  const { state: ended } = yield* Transfers.load(transfer)
  const chapter: TransferCompensated = {
    _tag: "TransferCompensated",
    transfer,
    amount,
    before,
    after,
    ended,
    history: yield* SagaHistory.of(transfer),
    movements,
    checks: [
      check(
        "a transfer to a frozen account fails, and says why",
        ended._tag === "Failed" && ended.reason.includes("AccountIsFrozen")
      ),
      check("what it took is given back", Equal.equals(after, before)),
      check(
        "nothing is wiped out: the books show the payment and the refund",
        movements.map(({ _tag }) => _tag).join() === "MoneyWithdrawn,MoneyDeposited"
      )
    ]
  }
  return chapter
})
