// A small shop to test on: a few appended events, on the store in memory.
import { DateTime, Effect, Stream } from "effect"
import { CommandHandler, EventReader, MemoryStore } from "refold"
import * as Order from "../../src/Order.ts"
import * as Payment from "../../src/Payment.ts"
import { eventId } from "../../src/Seeded.ts"
import * as User from "../../src/User.ts"

/** Runs an effect on an empty store in memory. */
export const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

const users = CommandHandler.make(User.aggregate)

export const register = (id: string) => users(id, { _tag: "RegisterUser", name: id })

/** Stores a payment of ada's as the event number `n`. */
export const pay = (n: number, amount = 100, occurredAt = "2026-11-24T14:50:00Z") =>
  Payment.store({
    id: eventId(n),
    payment: `p${n}`,
    event: Payment.PaymentReceived.make({ order: "1", user: "ada", amount, currency: "EUR" }),
    occurredAt: DateTime.makeUnsafe(occurredAt)
  })

/** Streams and types of all stored events, in the order of the log. */
export const log = Effect.gen(function*() {
  const events = yield* Stream.runCollect((yield* EventReader.EventReader).readAll())
  return events.map(({ stream, type }) => `${stream} ${type}`)
})

const orders = CommandHandler.make(Order.aggregate)

/** Places an order of ada's and cancels it. */
export const order = Effect.fnUntraced(function*(id: string) {
  const lines = [{ product: "lamp", quantity: 1, unitPrice: 4500 }] as const
  yield* orders(id, { _tag: "PlaceOrder", user: "ada", currency: "EUR", lines })
  yield* orders(id, { _tag: "CancelOrder", reason: "sold out" })
})
