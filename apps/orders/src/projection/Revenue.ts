/** The revenue by currency. It was added last, with this file and one line in `Projections.ts`. */
import { Schema } from "effect"
import { Projection } from "refold"
import * as Money from "../Money.ts"
import * as Payment from "../Payment.ts"

// #region revenue
/** A row: a currency, in minor units. */
const CurrencyRevenue = Schema.Struct({
  payments: Schema.Int,
  received: Money.Sum,
  refunded: Money.Sum,
  revenue: Money.Sum
})
type CurrencyRevenue = typeof CurrencyRevenue.Type

/** The revenue, under the codes of currencies. */
export const revenue = Projection.makeUnsafe({
  name: "revenue",
  version: 1,
  events: Payment.codec,
  keys: ({ currency }: Payment.Event) => [currency],
  state: CurrencyRevenue,
  initialState: { payments: 0, received: 0n, refunded: 0n, revenue: 0n },
  evolve: (row, { _tag, amount }) => {
    const isPayment = _tag === "PaymentReceived"
    const received = row.received + (isPayment ? BigInt(amount) : 0n)
    const refunded = row.refunded + (isPayment ? 0n : BigInt(amount))
    return { payments: row.payments + (isPayment ? 1 : 0), received, refunded, revenue: received - refunded }
  }
})
// #endregion
