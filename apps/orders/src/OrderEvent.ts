/** The events of an order and their stored form. `Order.ts` decides and folds them. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"
import * as Money from "./Money.ts"

/** A line of an order. */
export const Line = Schema.Struct({
  product: Schema.NonEmptyString,
  quantity: Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(1))),
  unitPrice: Money.Amount
})
/** A line of an order. */
export type Line = typeof Line.Type

/** The price of lines in minor units. */
export const totalOf = (lines: ReadonlyArray<Line>): Money.Sum =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + BigInt(quantity) * BigInt(unitPrice), 0n)

// #region upcaster
// Names and fields of events are the storage format: to change one, add a version with an upcaster or a former name.

/** A user placed the order. Version 1 had only a total in euros; version 2 has a currency and lines. */
export const OrderPlaced = EventType.make(
  "OrderPlaced",
  Schema.Struct({ user: Schema.NonEmptyString, total: Money.Amount })
).pipe(
  EventType.upcast(
    Schema.Struct({ user: Schema.NonEmptyString, currency: Money.Currency, lines: Schema.NonEmptyArray(Line) }),
    ({ total, user }) => ({
      user,
      currency: Money.first,
      lines: [{ product: "not recorded", quantity: 1, unitPrice: total }]
    })
  )
)

/** The order left the warehouse. The first release stored it as `OrderSent`. */
export const OrderShipped = EventType.make("OrderShipped", Schema.Struct({ carrier: Schema.NonEmptyString })).pipe(
  EventType.renamedFrom("OrderSent")
)
// #endregion

// #region events
/** A line was added before payment. */
export const LineAdded = EventType.make("LineAdded", Line)

/** The order is paid in full, by the payment with this id. */
export const OrderPaid = EventType.make(
  "OrderPaid",
  Schema.Struct({ payment: Schema.NonEmptyString, amount: Money.Amount })
)

/** The order was cancelled before payment. */
export const OrderCancelled = EventType.make(
  "OrderCancelled",
  Schema.Struct({ user: Schema.NonEmptyString, reason: Schema.NonEmptyString })
)

/** An event of an order. */
export type Event =
  | typeof OrderPlaced.Event
  | typeof LineAdded.Event
  | typeof OrderPaid.Event
  | typeof OrderShipped.Event
  | typeof OrderCancelled.Event

/** Writes and reads the events of orders. */
export const codec = EventCodec.makeUnsafe([OrderPlaced, LineAdded, OrderPaid, OrderShipped, OrderCancelled])
// #endregion
