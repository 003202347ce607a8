/**
 * Chapter: after all these transfers, is there as much money as before? Asked of the rows of balances, of the log, and of
 * the sagas.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as PayStandingOrders from "../PayStandingOrders.ts"
import type * as TransferMoney from "../TransferMoney.ts"
import { type Check, check } from "./Check.ts"
import * as Money from "./Money.ts"

/** A transfer, and where its saga stands. */
interface Stand {
  readonly transfer: string
  readonly status: TransferMoney.State["status"]
}

/** The money before and after. */
export interface AllTheMoney {
  readonly _tag: "AllTheMoney"
  readonly before: Money.Sums
  readonly after: Money.Sums
  readonly changed: Money.Sums
  readonly onItsWay: Money.Sums
  readonly transfers: ReadonlyArray<Stand>
  readonly checks: ReadonlyArray<Check>
}

/** Counts the money, and compares with what there was then. */
export const tell = Effect.fnUntraced(function*<E, R>(run: string, then: Effect.Effect<Money.Then, E, R>) {
  const { position, sums: before } = yield* then
  const after = yield* Money.inAccounts
  const changed = yield* Money.changedSince(position)
  const onItsWay = yield* Money.onItsWay
  const transfers = yield* Effect.forEach(
    transfersOf(run),
    (transfer) => Effect.map(Money.sagaOf(transfer), ({ status }): Stand => ({ transfer, status }))
  )
  const nothing = { CZK: 0, EUR: 0, USD: 0 }
  const chapter: AllTheMoney = {
    _tag: "AllTheMoney",
    before,
    after,
    changed,
    onItsWay,
    transfers,
    checks: [
      check("all accounts together hold as much as before the transfers", Equal.equals(after, before)),
      check("the movements since then add up to nothing, event by event", Equal.equals(changed, nothing)),
      check(
        "no saga holds any money: each succeeded or was compensated",
        Equal.equals(onItsWay, nothing) &&
          transfers.every(({ status }) => status === "Succeeded" || status === "Compensated")
      )
    ]
  }
  return chapter
})

// The transfers of the chapters before this one.
const transfersOf = (run: string): ReadonlyArray<string> => [
  ...["rent", "gift", "boat", "house"].map((name) => `${name}-${run}`),
  ...[1, 2, 3].map((number) => PayStandingOrders.transferOf(`pocket-${run}`, number)),
  `lunch-${run}`
]
