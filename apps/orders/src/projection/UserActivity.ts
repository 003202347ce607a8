/** The activity of users: one row for each user, counted over the streams of users, orders and payments. */
import { DateTime, Schema } from "effect"
import { EventCodec, Projection, StreamName } from "refold"
import * as Order from "../Order.ts"
import * as Payment from "../Payment.ts"
import * as User from "../User.ts"

// #region user-activity
/** A row: a user. */
const Activity = Schema.Struct({
  ordersPlaced: Schema.Int,
  ordersCancelled: Schema.Int,
  payments: Schema.Int,
  /** When the user last did something, by the domain's clock; null before that. */
  lastActivity: Schema.NullOr(Schema.DateTimeUtcFromString)
})
type Activity = typeof Activity.Type

type Event =
  | typeof User.UserRegistered.Event
  | typeof Order.OrderPlaced.Event
  | typeof Order.OrderCancelled.Event
  | typeof Payment.PaymentReceived.Event

const evolve = (row: Activity, event: Event, { occurredAt }: Projection.Envelope): Activity => {
  // The shop cancels an order, not the user.
  if (event._tag === "OrderCancelled") return { ...row, ordersCancelled: row.ordersCancelled + 1 }
  const { lastActivity, ordersPlaced, payments } = row
  return {
    ...row,
    ordersPlaced: ordersPlaced + (event._tag === "OrderPlaced" ? 1 : 0),
    payments: payments + (event._tag === "PaymentReceived" ? 1 : 0),
    // A payment is reported later than it occurred, so the last event is not always the latest.
    lastActivity: lastActivity === null ? occurredAt : DateTime.max(lastActivity, occurredAt)
  }
}

/** The activity of users, under their ids. */
export const userActivity = Projection.makeUnsafe({
  name: "user_activity",
  version: 1,
  events: EventCodec.makeUnsafe([
    User.UserRegistered,
    Order.OrderPlaced,
    Order.OrderCancelled,
    Payment.PaymentReceived
  ]),
  keys: (event: Event, { stream }) => [event._tag === "UserRegistered" ? StreamName.id(stream) : event.user],
  state: Activity,
  initialState: { ordersPlaced: 0, ordersCancelled: 0, payments: 0, lastActivity: null },
  evolve
})
// #endregion
