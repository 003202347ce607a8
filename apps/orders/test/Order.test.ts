import { AgreementSuite, DeciderSuite, EventCodecSuite, Spec } from "@refold/laws"
import { PostgresStore } from "@refold/postgres"
import { MemoryStore } from "refold"
import { describe, it } from "vitest"
import * as Order from "../src/Order.ts"
import * as Arbitraries from "./support/Arbitraries.ts"

const order = Spec.for(Order.decider)

const line = { product: "lamp", quantity: 2, unitPrice: 4500 }
const bulb = { product: "bulb", quantity: 3, unitPrice: 250 }
const placed = Order.OrderPlaced.make({ user: "bob", currency: "USD", lines: [line] })
const paid = Order.OrderPaid.make({ payment: "p2", amount: 9000 })
const shipped = Order.OrderShipped.make({ carrier: "Parcel Post" })
const cancelled = Order.OrderCancelled.make({ user: "bob", reason: "not paid" })

const place: Order.Command = { _tag: "PlaceOrder", user: "bob", currency: "USD", lines: [line] }
const addLine: Order.Command = { _tag: "AddLine", line: bulb }
const pay: Order.Command = { _tag: "RecordPayment", payment: "p2", amount: 9000, currency: "USD" }
const ship: Order.Command = { _tag: "ShipOrder", carrier: "Parcel Post" }
const cancel: Order.Command = { _tag: "CancelOrder", reason: "not paid" }

describe("a new order", () => {
  it("is placed with its lines", () => order.when(place).then([placed]))

  it.each([addLine, pay, ship, cancel])("refuses %o", (command) => {
    order.when(command).thenRefused({ _tag: "OrderNotPlaced" })
  })
})

describe("a placed order", () => {
  const isPlaced = order.given([placed])

  it("is not placed again", () => isPlaced.when(place).thenRefused({ _tag: "OrderAlreadyPlaced" }))
  it("accepts another line", () => isPlaced.when(addLine).then([Order.LineAdded.make(bulb)]))
  it("is paid in full", () => isPlaced.when(pay).then([paid]))
  it("is not shipped before it is paid", () => isPlaced.when(ship).thenRefused({ _tag: "OrderNotPaid" }))
  it("is cancelled for its user", () => isPlaced.when(cancel).then([cancelled]))

  it("refuses a payment in another currency", () => {
    isPlaced.when({ ...pay, currency: "EUR" }).thenRefused({ _tag: "OtherCurrency", expected: "USD", paid: "EUR" })
  })

  it("refuses a payment of another amount than its total", () => {
    isPlaced.when({ ...pay, amount: 8999 }).thenRefused({ _tag: "OtherAmount", expected: "9000", paid: "8999" })
    isPlaced.given([Order.LineAdded.make(bulb)]).when(pay)
      .thenRefused({ _tag: "OtherAmount", expected: "9750", paid: "9000" })
  })

  it("has an exact total beyond the safe integers", () => {
    const gold = { product: "gold", quantity: 3, unitPrice: Number.MAX_SAFE_INTEGER }
    order.given([Order.OrderPlaced.make({ user: "ada", currency: "EUR", lines: [gold] })])
      .when({ ...pay, currency: "EUR" })
      .thenRefused({ _tag: "OtherAmount", expected: "27021597764222973", paid: "9000" })
  })
})

describe("a paid order", () => {
  const isPaid = order.given([placed, paid])

  it("is shipped", () => isPaid.when(ship).then([shipped]))
  it("accepts the same payment again without effect", () => isPaid.when(pay).thenNothing())

  it.each([place, addLine, cancel, { ...pay, payment: "p9" }])("refuses %o", (command) => {
    isPaid.when(command).thenRefused({ _tag: "OrderIsPaid" })
  })
})

describe("a shipped order", () => {
  const isShipped = order.given([placed, paid, shipped])

  it("accepts its payment and its shipment again without effect", () => {
    isShipped.when(pay).thenNothing()
    isShipped.when(ship).thenNothing()
  })

  it.each([place, addLine, cancel, { ...pay, payment: "p9" }])("refuses %o", (command) => {
    isShipped.when(command).thenRefused({ _tag: "OrderIsShipped" })
  })
})

describe("a cancelled order", () => {
  const isCancelled = order.given([placed, cancelled])

  it("is cancelled again without effect", () => isCancelled.when(cancel).thenNothing())

  it.each([place, addLine, pay, ship])("refuses %o", (command) => {
    isCancelled.when(command).thenRefused({ _tag: "OrderIsCancelled" })
  })
})

const { olderOrderEvent: older, orderCommand: commands, orderEvent: events } = Arbitraries

// #region laws
DeciderSuite.suite("the decider of orders", Order.decider, { commands, codec: Order.codec })
EventCodecSuite.suite("the codec of orders", Order.codec, { events, older, view: Order.decider })
// #endregion
AgreementSuite.suite(
  "orders in memory and in PostgreSQL",
  [["memory", MemoryStore.layer], ["embedded", PostgresStore.layerEmbedded()]],
  { aggregate: Order.aggregate, commands, events, older },
  { runs: 5 }
)
