import { ProcessSuite, Spec } from "@refold/laws"
import * as fc from "fast-check"
import { Process } from "refold"
import { describe, it } from "vitest"
import * as Fulfilment from "../src/Fulfilment.ts"
import * as Order from "../src/Order.ts"
import * as Payment from "../src/Payment.ts"
import * as Arbitraries from "./support/Arbitraries.ts"

const placed = Order.OrderPlaced.make({
  user: "ada",
  currency: "EUR",
  lines: [{ product: "lamp", quantity: 1, unitPrice: 4500 }]
})
const received = Payment.PaymentReceived.make({ order: "1", user: "ada", amount: 4500, currency: "EUR" })
const paid = Order.OrderPaid.make({ payment: "p1", amount: 4500 })
const shipped = Order.OrderShipped.make({ carrier: "Parcel Post" })

const toOrder = (command: Order.Command) => Process.send(Order.aggregate, "1", command)

describe("fulfilment", () => {
  const waits = Spec.forProcess(Fulfilment.process).given("order-1", [placed])

  it("gives an order three days for its payment", () => {
    Spec.forProcess(Fulfilment.process).when("order-1", placed).thenSchedules({ payment: "3 days" })
  })

  it("records a payment with its order", () => {
    waits.when("payment-p1", received).thenSends([
      toOrder({ _tag: "RecordPayment", payment: "p1", amount: 4500, currency: "EUR" })
    ])
  })

  it("ships an order that is paid", () => {
    waits.when("order-1", paid)
      .thenSends([toOrder({ _tag: "ShipOrder", carrier: "Parcel Post" })])
      .thenPhase("1", "Shipment")
  })

  it("ends with the shipment", () => {
    waits.given("order-1", [paid]).when("order-1", shipped).thenCompletes().thenPhase("1", "Nothing")
  })

  it("cancels an order that is not paid in three days", () => {
    waits.whenTimePasses("3 days").thenSends([toOrder({ _tag: "CancelOrder", reason: "not paid in 3 days" })])
  })

  it("does not cancel an order that is paid in time", () => {
    waits.given("order-1", [paid]).whenTimePasses("4 days").thenNothing()
  })
})

const orderEvent = Arbitraries.orderEvent.filter(
  (event): event is Exclude<Order.Event, typeof Order.LineAdded.Event> => event._tag !== "LineAdded"
)

ProcessSuite.pure("the process of fulfilment", Fulfilment.process, {
  events: fc.oneof(orderEvent, Arbitraries.paymentReceived)
})
