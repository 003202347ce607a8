/** A week of the shop: the actions of users, the payment provider and the observers, in the order of the clock. */
import { DateTime, Effect } from "effect"
import { CommandHandler, type EventReader, State } from "refold"
import * as Fulfilment from "../Fulfilment.ts"
import * as Money from "../Money.ts"
import * as Order from "../Order.ts"
import * as Payment from "../Payment.ts"
import type { Seeded } from "../Seeded.ts"
import * as User from "../User.ts"
import { failureOf } from "./Expected.ts"

/** A line of the story: its time, and its text. */
export interface Moment {
  readonly at: DateTime.Utc
  readonly text: string
}

/** The parts of the story that the week needs. */
export interface Stage {
  readonly clock: Seeded
  /** Waits until all observers were called with all stored events. */
  readonly settle: Effect.Effect<void, EventReader.ReadFailure>
  readonly note: (text: string) => Effect.Effect<void>
  /** The time by the store's clock. */
  readonly storeNow: Effect.Effect<DateTime.Utc>
}

/** The whole week. Gives the time by the store's clock when it was Tuesday, 15:00. */
export const run = Effect.fnUntraced(function*(stage: Stage) {
  yield* monday(stage)
  yield* tuesday(stage)
  yield* stage.clock.set("2026-11-24T15:00:00Z")
  const tuesdayAtThree = yield* stage.storeNow
  yield* tuesdayEvening(stage)
  yield* restOfTheWeek(stage)
  return tuesdayAtThree
})

/** The id of the provider's report number `n`. */
export const reportId = (n: number): string => `0199aaaa-0000-7000-8000-${`${n}`.padStart(12, "0")}`

const users = CommandHandler.make(User.aggregate)
const orders = CommandHandler.make(Order.aggregate)

const place = (
  id: string,
  user: string,
  currency: Money.Currency,
  first: Order.Line,
  ...more: ReadonlyArray<Order.Line>
) => orders(id, { _tag: "PlaceOrder", user, currency, lines: [first, ...more] })

const line = (quantity: number, product: string, unitPrice: number): Order.Line => ({ product, quantity, unitPrice })

// Appended events lead to calls of observers, which may append more.
const follow = ({ settle }: Stage) => Effect.andThen(settle, Effect.andThen(Fulfilment.catchUp, settle))

// Timeouts are due by the store's clock, which may be ahead of the clock of the story.
const byTheStore = Effect.fnUntraced(function*<E, R>({ clock, storeNow }: Stage, effect: Effect.Effect<void, E, R>) {
  const now = yield* DateTime.now
  yield* clock.set(DateTime.max(now, yield* storeNow))
  yield* effect
  yield* clock.set(now)
})

const report = (n: number, payment: string, event: Payment.Event, occurredAt?: string) =>
  Effect.flatMap(DateTime.now, (now) =>
    Payment.store({
      id: reportId(n),
      payment,
      event,
      occurredAt: occurredAt === undefined ? now : DateTime.makeUnsafe(occurredAt)
    }))

const paid = (order: string, user: string, amount: number, currency: Money.Currency) =>
  Payment.PaymentReceived.make({ order, user, amount, currency })

// Users register; an order is placed, paid and shipped.
const monday = Effect.fnUntraced(function*(stage: Stage) {
  yield* stage.clock.set("2026-11-23T09:00:00Z")
  for (const [id, name] of [["ada", "Ada"], ["bob", "Bob"], ["chiyo", "Chiyo"]] as const) {
    yield* users(id, { _tag: "RegisterUser", name })
  }
  yield* follow(stage)
  yield* stage.note("ada, bob and chiyo register")
  yield* stage.clock.set("2026-11-23T10:00:00Z")
  const { state } = yield* place("1001", "ada", "EUR", line(1, "keyboard", 8990), line(2, "cable", 950))
  yield* report(1, "p1", paid("1001", "ada", 10_890, "EUR"))
  yield* follow(stage)
  yield* stage.note(`ada places order 1001, ${priceOf(state, "EUR")}, and pays; fulfilment ships it`)
})

// Two orders are placed.
const tuesday = Effect.fnUntraced(function*(stage: Stage) {
  yield* stage.clock.set("2026-11-24T09:30:00Z")
  yield* place("1002", "bob", "USD", line(1, "lamp", 4500))
  const { state } = yield* orders("1002", { _tag: "AddLine", line: line(3, "bulb", 250) })
  yield* stage.note(`bob places order 1002 and adds a line: ${priceOf(state, "USD")}`)
  yield* stage.clock.set("2026-11-24T11:00:00Z")
  const placed = yield* place("1003", "chiyo", "JPY", line(1, "tea set", 24_800))
  yield* stage.note(`chiyo places order 1003, ${priceOf(placed.state, "JPY")}, and does not pay`)
  yield* follow(stage)
})

// A payment is reported late, and reported twice.
const tuesdayEvening = Effect.fnUntraced(function*(stage: Stage) {
  yield* stage.clock.set("2026-11-24T16:05:00Z")
  const payment = report(2, "p2", paid("1002", "bob", 5250, "USD"), "2026-11-24T14:50:00Z")
  yield* payment
  yield* follow(stage)
  yield* stage.note("the provider reports bob's payment of 14:50; fulfilment ships order 1002")
  const again = yield* failureOf(payment)
  yield* stage.note(`the same report arrives again: rejected, ${again._tag}`)
})

// A refusal, a refund, and an order that is not paid in time.
const restOfTheWeek = Effect.fnUntraced(function*(stage: Stage) {
  yield* stage.clock.set("2026-11-25T12:00:00Z")
  const { state } = yield* place("1004", "ada", "CZK", line(1, "atlas", 39_900))
  yield* report(3, "p3", paid("1004", "ada", 39_900, "CZK"))
  yield* follow(stage)
  yield* stage.note(`ada places order 1004, ${priceOf(state, "CZK")}, and pays; fulfilment ships it`)
  const refusal = yield* failureOf(orders("1002", { _tag: "AddLine", line: line(1, "shade", 900) }))
  yield* stage.note(`bob adds a line to order 1002: refused, ${refusal._tag}`)
  yield* stage.clock.set("2026-11-26T10:00:00Z")
  const refund = { order: "1001", user: "ada", amount: 950, currency: "EUR" } as const
  yield* report(4, "p1", Payment.PaymentRefunded.make(refund))
  yield* stage.note(`a cable goes back: the provider refunds ${Money.format(refund.amount, "EUR")} of order 1001`)
  yield* stage.clock.set("2026-11-27T12:00:00Z")
  yield* byTheStore(stage, Fulfilment.catchUp)
  yield* stage.settle
  const late = yield* State.load(Order.aggregate, "1003")
  yield* stage.note(`order 1003 waited ${Fulfilment.paymentDays} days for its payment: it is now ${late.state._tag}`)
})

const priceOf = (state: Order.State, currency: Money.Currency): string =>
  state._tag === "Placed" ? Money.format(state.total, currency) : state._tag
