/** All the money there is: in accounts, from their rows; on its way, from the sagas; and what the log says has changed. */
import type { Position } from "@refold/core/event/Position"
import { EventReader } from "@refold/store/log/EventReader"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import { Currency } from "../Currency.ts"
import * as Ledger from "../Ledger.ts"
import * as TransferMoney from "../TransferMoney.ts"
import * as Figures from "./Figures.ts"

/** Minor units in each currency. */
export type Sums = Readonly<Record<Currency, number>>

const none: Sums = { CZK: 0, EUR: 0, USD: 0 }

const plus = (sums: Sums, { amount, currency }: { readonly amount: number; readonly currency: Currency }): Sums => ({
  ...sums,
  [currency]: sums[currency] + amount
})

/** Both together. */
export const add = (one: Sums, other: Sums): Sums =>
  Currency.literals.reduce((sums, currency) => plus(sums, { amount: other[currency], currency }), one)

/** What all open accounts of the bank hold. */
export const inAccounts = Effect.map(
  Figures.openAccounts,
  (open) => [...open.values()].reduce((sums, { balance, currency }) => plus(sums, { amount: balance, currency }), none)
)

/** What all transfers that are under way hold. */
export const onItsWay = Effect.gen(function*() {
  let sums = none
  for (const phase of ["Running", "Compensating", "CompensationFailed"] as const) {
    const { rows } = yield* Ledger.ask({ _tag: "TransfersAt", phase })
    for (const { state: { instance } } of rows) {
      const state = yield* sagaOf(instance)
      if (state.status === "NotStarted") continue
      sums = plus(sums, { amount: TransferMoney.inTransit(state), currency: state.data.currency })
    }
  }
  return sums
})

/** A transfer's saga as it is now. */
export const sagaOf = (transfer: string) =>
  Effect.flatMap(
    ProcessInstances.get(TransferMoney.saga, transfer),
    // A fault of its code would have parked it.
    ({ state }) => Effect.orDie(Effect.fromResult(state.state))
  )

/** What the movements after a position come to, added up event by event. */
export const changedSince = Effect.fnUntraced(function*(after: Position) {
  const events = (yield* EventReader).readAll({
    after,
    categories: [Account.aggregate.category],
    types: Account.movements.storedTypes()
  })
  let sums = none
  yield* Stream.runForEach(events, (row) =>
    Effect.map(Effect.fromResult(Account.movements.decode(row)), (movement) => {
      sums = plus(sums, { amount: Account.changeOf(movement), currency: movement.currency })
    }))
  return sums
})

/** What accounts hold at this moment, and where the log ends. */
export const now = Effect.gen(function*() {
  return { position: yield* (yield* EventReader).head, sums: yield* inAccounts }
})

/** What there was at a moment. */
export type Then = Effect.Success<typeof now>
