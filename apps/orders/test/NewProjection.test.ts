import { DateTime, Effect, Schema } from "effect"
import { EventCodec, EventStore, EventType, Projection, StreamName } from "refold"
import { describe, expect, it } from "vitest"
import { orderTotals } from "../src/projection/OrderTotals.ts"
import { revenue } from "../src/projection/Revenue.ts"
import { userActivity } from "../src/projection/UserActivity.ts"
import * as Projections from "../src/Projections.ts"
import { publish } from "../src/ReadSide.ts"
import { eventId } from "../src/Seeded.ts"
import * as Shop from "./support/Shop.ts"

// #region new-event-type
const OrderReviewed = EventType.make("OrderReviewed", Schema.Struct({ order: Schema.String, stars: Schema.Int }))
const reviews = EventCodec.makeUnsafe([OrderReviewed])

const ratings = Projection.makeUnsafe({
  name: "ratings",
  version: 1,
  events: reviews,
  keys: ({ order }: typeof OrderReviewed.Event) => [order],
  state: Schema.Struct({ reviews: Schema.Int, stars: Schema.Int }),
  initialState: { reviews: 0, stars: 0 },
  evolve: (row, { stars }) => ({ reviews: row.reviews + 1, stars: row.stars + stars })
})
// #endregion

const review = Effect.fnUntraced(function*(n: number, stars: number) {
  const stream = yield* Effect.fromResult(StreamName.make("review", `${n}`))
  const encoded = yield* Effect.fromResult(reviews.encode(OrderReviewed.make({ order: "1", stars })))
  const event = { ...encoded, id: eventId(n), metadata: {}, occurredAt: yield* DateTime.now }
  yield* (yield* EventStore.EventStore).append(stream, [event])
})

describe("a new event type with a new projection", () => {
  it("needs no change of existing code: the other projections skip the event", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      yield* Shop.pay(1)
      yield* review(2, 5)
      yield* review(3, 4)
      const more = [...Projections.all, publish(ratings)]
      yield* Projections.start(more)
      const rows = yield* Projections.rowsOf(more)
      expect(rows["ratings"]).toEqual({ 1: { reviews: 2, stars: 9 } })
      expect(rows["revenue"]).toEqual({ EUR: { payments: 1, received: "100", refunded: "0", revenue: "100" } })
    }))))
})

describe("a projection that is added after events were stored", () => {
  it("has the same rows as one that ran from the first event on", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const earlier = [publish(orderTotals), publish(userActivity)]
      yield* Projections.start(earlier)
      yield* Shop.pay(1)
      yield* Shop.pay(2)
      expect(Object.keys(yield* Projections.rowsOf(earlier))).toEqual(["order_totals", "user_activity"])
      const added = publish(revenue)
      yield* added.start
      expect((yield* Projections.rowsOf([...earlier, added]))["revenue"]).toEqual({
        EUR: { payments: 2, received: "200", refunded: "0", revenue: "200" }
      })
    }))))
})
