/** All the money of the bank: in accounts (from rows), in transit (from sagas), and its change (from the log). */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as EventCodec from "refold/EventCodec"
import { EventReader } from "refold/EventReader"
import type { Position } from "refold/Position"
import * as ProcessInstances from "refold/ProcessInstances"
import * as Account from "../../Account.ts"
import type { Currency } from "../../Currency.ts"
import * as Ledger from "../../Ledger.ts"
import * as TransferMoney from "../../TransferMoney.ts"
import * as BalanceSums from "./BalanceSums.ts"

/** Minor units in each currency. */
export type Sums = Readonly<Record<Currency, number>>

/** No money. */
export const none: Sums = { CZK: 0, EUR: 0, USD: 0 }

/** The sum of both. */
export const add = (one: Sums, other: Partial<Sums>): Sums => ({
  CZK: one.CZK + (other.CZK ?? 0),
  EUR: one.EUR + (other.EUR ?? 0),
  USD: one.USD + (other.USD ?? 0)
})

/** The sum of all open accounts. */
export const inAccounts = Effect.map(
  BalanceSums.openAccounts,
  (open) => [...open.values()].reduce((sums, { balance, currency }) => add(sums, { [currency]: balance }), none)
)

/** The sum that running transfers hold. */
export const inTransit = Effect.gen(function*() {
  let sums = none
  for (const phase of ["Running", "Compensating", "CompensationFailed"] as const) {
    const { rows } = yield* Ledger.ask({ _tag: "TransfersAt", phase })
    for (const { state: { instance } } of rows) {
      const state = yield* sagaOf(instance)
      if (state.status === "NotStarted") continue
      sums = add(sums, { [state.data.currency]: TransferMoney.inTransit(state) })
    }
  }
  return sums
})

/** The current state of a transfer's saga. */
export const sagaOf = (transfer: string) =>
  Effect.flatMap(
    ProcessInstances.get(TransferMoney.saga, transfer),
    // An instance whose state cannot be folded is parked: then the sum would be wrong.
    ({ state }) => Effect.orDie(Effect.fromResult(state.state))
  )

/** The sum of the movements after a position, added up event by event. */
export const changedSince = Effect.fnUntraced(function*(after: Position) {
  const { categories, types } = BalanceSums.movements
  const events = yield* Stream.runCollect((yield* EventReader).readAll({ after, categories, types }))
  const movements = yield* Effect.fromResult(EventCodec.decodeAll(Account.movements, events))
  return movements.reduce((sums, one) => add(sums, { [one.currency]: Account.changeOf(one) }), none)
})

/** The sum of all accounts, and the position at which it was measured. */
export const now = Effect.gen(function*() {
  return { position: yield* (yield* EventReader).head, sums: yield* inAccounts }
})

/** The sum of all accounts at a position. */
export type Measured = Effect.Success<typeof now>
