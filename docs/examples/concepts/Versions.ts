/** An event type with three versions and a former name, one that is split, and one that is retired. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"

// #region type
export const ItemAdded = EventType.make("ItemAdded", Schema.Struct({ sku: Schema.String })).pipe(
  // Version 2: quantities. Before, each event was one piece.
  EventType.upcast(Schema.Struct({ sku: Schema.String, quantity: Schema.Int }), (v1) => ({ ...v1, quantity: 1 })),
  // Version 3: the unit has a name.
  EventType.upcast(
    Schema.Struct({ sku: Schema.String, quantity: Schema.Int, unit: Schema.String }),
    (v2) => ({ ...v2, unit: "piece" })
  ),
  EventType.renamedFrom("ItemPutInCart")
)

// #endregion

// #region former
// The first release stored a whole cart in one event.
const CartFilled = EventType.make("CartFilled", Schema.Struct({ skus: Schema.Array(Schema.String) })).pipe(
  EventType.splitInto([ItemAdded], ({ skus }) => skus.map((sku) => ItemAdded.make({ sku, quantity: 1, unit: "piece" })))
)

const CartViewed = EventType.retired("CartViewed")

export const codec = EventCodec.makeUnsafe([ItemAdded, CartFilled, CartViewed])
// #endregion
