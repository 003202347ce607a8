/**
 * Fulfilment: a process that takes an order from its payment to its shipment, and cancels an order that is not paid in
 * time. It is the durable observer of the app: it has a checkpoint, and its commands take effect once.
 */
import { DateTime, Duration, Option } from "effect"
import { EventCodec, Process, ProcessHandler, ProcessRunner, type Projection, StreamName } from "refold"
import * as Order from "./Order.ts"
import * as Payment from "./Payment.ts"

type Event =
  | typeof Order.OrderPlaced.Event
  | typeof Order.OrderPaid.Event
  | typeof Order.OrderShipped.Event
  | typeof Order.OrderCancelled.Event
  | typeof Payment.PaymentReceived.Event

/** The state of an order in fulfilment. */
export type State = "Payment" | "Shipment" | "Nothing"

/** The timeout of the payment. */
export const paymentDays = 3

// #region process
/** One instance for each order, under the order's id. */
export const process = Process.makeUnsafe<Event, State>({
  name: "fulfilment",
  events: EventCodec.makeUnsafe([
    Order.OrderPlaced,
    Order.OrderPaid,
    Order.OrderShipped,
    Order.OrderCancelled,
    Payment.PaymentReceived
  ]),
  categories: [Order.aggregate.category, Payment.category],
  targets: [Order.aggregate],
  correlate: (event, { stream }) => Option.some("order" in event ? event.order : StreamName.id(stream)),
  initialState: "Payment",
  evolve: (state, { _tag }) => {
    if (_tag === "OrderPaid") return "Shipment"
    return _tag === "OrderShipped" || _tag === "OrderCancelled" ? "Nothing" : state
  },
  react: (_, input, context) => {
    switch (input._tag) {
      case "OrderPlaced":
        return [Process.schedule("payment", timeLeft(context))]
      case "PaymentReceived":
        return [toOrder(context, recordPayment(input, context))]
      case "OrderPaid":
        return [Process.cancel("payment"), toOrder(context, { _tag: "ShipOrder", carrier: "Parcel Post" })]
      case "TimedOut":
        return [toOrder(context, { _tag: "CancelOrder", reason: `not paid in ${paymentDays} days` })]
      case "OrderShipped":
      case "OrderCancelled":
        return [Process.cancel("payment"), Process.complete]
      default:
        return []
    }
  },
  phase: (state) => state
})

/** The context of an input. */
interface Input {
  readonly instance: string
  readonly at: DateTime.Utc
  readonly envelope: Projection.Envelope | undefined
}

const toOrder = ({ instance }: Input, command: Order.Command) => Process.send(Order.aggregate, instance, command)

const recordPayment = (
  { amount, currency }: typeof Payment.PaymentReceived.Event,
  { envelope, instance }: Input
): Order.Command => {
  const payment = envelope === undefined ? instance : StreamName.id(envelope.stream)
  return { _tag: "RecordPayment", payment, amount, currency }
}

// Counted from when the order was placed. If it was recorded after that time, the timeout is due at once.
const timeLeft = ({ at, envelope }: Input): Duration.Duration => {
  const due = DateTime.add(envelope?.occurredAt ?? at, { days: paymentDays })
  return Duration.max(Duration.zero, DateTime.distance(at, due))
}
// #endregion

/** Does all work of fulfilment that is due now, and ends. */
export const catchUp = ProcessRunner.catchUp(process, {
  handlers: [ProcessHandler.of(Order.aggregate)]
})
