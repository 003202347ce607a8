// Random commands and events of the app, and events as its first release stored them.
import * as fc from "fast-check"
import type * as Money from "../../src/Money.ts"
import * as Order from "../../src/Order.ts"
import * as Payment from "../../src/Payment.ts"

const user = fc.constantFrom("ada", "bob", "chiyo")
const currency = fc.constantFrom<Money.Currency>("CZK", "EUR", "JPY", "USD")

/** Small and largest amounts: sums of the largest leave the safe integers. */
const amount = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Number.MAX_SAFE_INTEGER))

const text = fc.constantFrom("a", "b")
const line = fc.record({ product: text, quantity: fc.integer({ min: 1, max: 3 }), unitPrice: amount })
const lines = fc.tuple(line, fc.array(line, { maxLength: 2 })).map(([first, more]) => [first, ...more] as const)

/** Commands of which many are accepted: prices and payments are small. */
export const orderCommand: fc.Arbitrary<Order.Command> = fc.oneof(
  fc.record({ _tag: fc.constant("PlaceOrder" as const), user, currency, lines }),
  fc.record({ _tag: fc.constant("AddLine" as const), line }),
  fc.record({ _tag: fc.constant("RecordPayment" as const), payment: text, amount, currency }),
  fc.record({ _tag: fc.constant("ShipOrder" as const), carrier: text }),
  fc.record({ _tag: fc.constant("CancelOrder" as const), reason: text })
)

export const orderPlaced = fc.record({ user, currency, lines }).map(Order.OrderPlaced.make)
export const orderCancelled = fc.record({ user, reason: text }).map(Order.OrderCancelled.make)

export const orderEvent: fc.Arbitrary<Order.Event> = fc.oneof(
  orderPlaced,
  line.map(Order.LineAdded.make),
  fc.record({ payment: text, amount }).map(Order.OrderPaid.make),
  fc.record({ carrier: text }).map(Order.OrderShipped.make),
  orderCancelled
)

const payment = fc.record({ order: fc.constantFrom("1", "2"), user, amount, currency })

export const paymentReceived = payment.map(Payment.PaymentReceived.make)
export const paymentEvent: fc.Arbitrary<Payment.Event> = fc.oneof(
  paymentReceived,
  payment.map(Payment.PaymentRefunded.make)
)

/** Events of orders in the formats of the first release, each with the event that it is read as. */
export const olderOrderEvent = fc.oneof(
  fc.record({ user, total: amount }).map((data) => ({
    stored: { type: "OrderPlaced", schemaVersion: 1, data },
    native: Order.OrderPlaced.make({
      user: data.user,
      currency: "EUR",
      lines: [{ product: "not recorded", quantity: 1, unitPrice: data.total }]
    })
  })),
  fc.record({ carrier: text }).map((data) => ({
    stored: { type: "OrderSent", schemaVersion: 1, data },
    native: Order.OrderShipped.make(data)
  }))
)

/** Payments in the format of the first release. */
export const olderPaymentEvent = fc.record({ order: fc.constantFrom("1", "2"), user, amount }).map((data) => ({
  stored: { type: "PaymentReceived", schemaVersion: 1, data },
  native: Payment.PaymentReceived.make({ ...data, currency: "EUR" })
}))
