/** A new event type and a projection of it. No file of the app changes. */
import { Schema } from "effect"
import { EventCodec, EventType, Projection } from "refold"

// #region ratings
/** A user reviewed an order. */
export const OrderReviewed = EventType.make("OrderReviewed", Schema.Struct({ order: Schema.String, stars: Schema.Int }))

/** Writes and reads reviews. */
export const codec = EventCodec.makeUnsafe([OrderReviewed])

/** The reviews and stars of each order. */
export const ratings = Projection.makeUnsafe({
  name: "ratings",
  version: 1,
  events: codec,
  keys: ({ order }: typeof OrderReviewed.Event) => [order],
  state: Schema.Struct({ reviews: Schema.Int, stars: Schema.Int }),
  initialState: { reviews: 0, stars: 0 },
  evolve: (row, { stars }) => ({ reviews: row.reviews + 1, stars: row.stars + stars })
})
// #endregion
