/** The order totals: one row for each order, with its price and its status. */
import { Schema } from "effect"
import { Projection } from "refold"
import * as Money from "../Money.ts"
import * as Order from "../Order.ts"

// #region order-totals
/** A row: an order. */
const OrderTotal = Schema.Struct({
  user: Schema.String,
  currency: Money.Currency,
  /** The number of lines. */
  lines: Schema.Int,
  total: Money.Sum,
  status: Schema.Literals(["New", "Placed", "Paid", "Shipped", "Cancelled"])
})
type OrderTotal = typeof OrderTotal.Type

const evolve = (row: OrderTotal, event: Order.Event): OrderTotal => {
  switch (event._tag) {
    case "OrderPlaced": {
      const { currency, lines, user } = event
      return { user, currency, lines: lines.length, total: Order.totalOf(lines), status: "Placed" }
    }
    case "LineAdded":
      return { ...row, lines: row.lines + 1, total: row.total + Order.totalOf([event]) }
    case "OrderPaid":
      return { ...row, status: "Paid" }
    case "OrderShipped":
      return { ...row, status: "Shipped" }
    case "OrderCancelled":
      return { ...row, status: "Cancelled" }
  }
}

/** The totals of orders, under the names of their streams. */
export const orderTotals = Projection.makeUnsafe({
  name: "order_totals",
  version: 1,
  events: Order.codec,
  categories: [Order.aggregate.category],
  keys: Projection.byStream,
  state: OrderTotal,
  initialState: { user: "", currency: Money.first, lines: 0, total: 0n, status: "New" },
  evolve,
  indexes: { byUser: ["user", "total"] }
})
// #endregion
