import { ProjectionSuite, Spec } from "@refold/laws"
import { DateTime } from "effect"
import * as fc from "fast-check"
import { describe, it } from "vitest"
import * as Order from "../../src/Order.ts"
import * as Payment from "../../src/Payment.ts"
import { orderTotals } from "../../src/projection/OrderTotals.ts"
import { revenue } from "../../src/projection/Revenue.ts"
import { userActivity } from "../../src/projection/UserActivity.ts"
import * as User from "../../src/User.ts"
import * as Arbitraries from "../support/Arbitraries.ts"

const placed = Order.OrderPlaced.make({
  user: "ada",
  currency: "EUR",
  lines: [{ product: "lamp", quantity: 2, unitPrice: 4500 }]
})
const received = (amount: number, currency: "EUR" | "USD") =>
  Payment.PaymentReceived.make({ order: "1", user: "ada", amount, currency })
const refunded = Payment.PaymentRefunded.make({ order: "1", user: "ada", amount: 30, currency: "EUR" })

describe("order_totals", () => {
  it("adds up the lines of an order and follows its status", () => {
    const row = { user: "ada", currency: "EUR", lines: 1, total: 9000n } as const
    const spec = Spec.forProjection(orderTotals).given("order-1", [placed]).thenRow("order-1", {
      ...row,
      status: "Placed"
    })
    const cable = Order.LineAdded.make({ product: "cable", quantity: 1, unitPrice: 950 })
    spec.given("order-1", [cable, Order.OrderPaid.make({ payment: "p1", amount: 9950 })])
      .thenRow("order-1", { ...row, lines: 2, total: 9950n, status: "Paid" })
  })
})

describe("user_activity", () => {
  const at = (time: string) => ({ occurredAt: DateTime.makeUnsafe(time) })
  const spec = Spec.forProjection(userActivity)
    .given("user-ada", [User.UserRegistered.make({ name: "Ada" })], at("2026-11-23T09:00:00Z"))

  it("counts a user's events over all streams", () => {
    spec.given("order-1", [placed], at("2026-11-23T10:00:00Z"))
      .given("payment-p1", [received(100, "EUR")], at("2026-11-23T11:00:00Z"))
      .given("order-2", [placed, Order.OrderCancelled.make({ user: "ada", reason: "not paid" })])
      .thenRow("ada", {
        ordersPlaced: 2,
        ordersCancelled: 1,
        payments: 1,
        lastActivity: DateTime.makeUnsafe("2026-11-23T11:00:00Z")
      })
  })

  it("keeps the latest activity when an earlier one is reported late", () => {
    spec.given("payment-p1", [received(100, "EUR")], at("2026-11-22T08:00:00Z")).thenRow("ada", {
      ordersPlaced: 0,
      ordersCancelled: 0,
      payments: 1,
      lastActivity: DateTime.makeUnsafe("2026-11-23T09:00:00Z")
    })
  })
})

describe("revenue", () => {
  it("sums payments by currency and subtracts refunds", () => {
    Spec.forProjection(revenue)
      .given("payment-p1", [received(100, "EUR"), refunded])
      .given("payment-p2", [received(7, "USD"), received(8, "USD")])
      .thenRow("EUR", { payments: 1, received: 100n, refunded: 30n, revenue: 70n })
      .thenRow("USD", { payments: 2, received: 15n, refunded: 0n, revenue: 15n })
      .thenNoRow("JPY")
  })

  it("is exact beyond the safe integers", () => {
    const most = Number.MAX_SAFE_INTEGER
    const sum = 2n * BigInt(most)
    Spec.forProjection(revenue).given("payment-p1", [received(most, "EUR"), received(most, "EUR")])
      .thenRow("EUR", { payments: 2, received: sum, refunded: 0n, revenue: sum })
  })
})

ProjectionSuite.suite("the projection of order totals", orderTotals, { events: Arbitraries.orderEvent })
ProjectionSuite.suite("the projection of revenue", revenue, { events: Arbitraries.paymentEvent })
ProjectionSuite.suite("the projection of user activity", userActivity, {
  events: fc.oneof(
    fc.constant(User.UserRegistered.make({ name: "Ada" })),
    Arbitraries.orderPlaced,
    Arbitraries.orderCancelled,
    Arbitraries.paymentReceived
  ),
  streams: fc.constantFrom("user-ada", "order-1", "payment-p1")
})
