/** The events of a parcel, whose format has changed several times: one example for each kind of change. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"

// #region add
// Version 2 has the carrier. What was stored before is read with the carrier of that time.
export const Shipped = EventType.make("Shipped", Schema.Struct({ grams: Schema.Int })).pipe(
  EventType.upcast(Schema.Struct({ grams: Schema.Int, carrier: Schema.String }), (v1) => ({ ...v1, carrier: "Post" }))
)
// #endregion

// #region fields
const Address = Schema.Struct({ street: Schema.String, city: Schema.String })

export const Addressed = EventType.make("Addressed", Schema.Struct({ adr: Schema.String })).pipe(
  // Version 2 renames the field.
  EventType.upcast(Schema.Struct({ address: Schema.String }), ({ adr }) => ({ address: adr })),
  // Version 3 splits it. It gets what version 2 made, so each upcaster knows one step only.
  EventType.upcast(Address, ({ address }) => {
    const [street = "", city = "unknown"] = address.split(", ")
    return { street, city }
  })
)
// #endregion

// #region type
// Written as "Returned" from now on; what was stored as "SentBack" is read as "Returned".
export const Returned = EventType.make("Returned", Schema.Struct({ reason: Schema.String })).pipe(
  EventType.renamedFrom("SentBack")
)
// #endregion

// #region split
// No longer written. It stays in the codec as long as it is in the log.
export const DeliveredAndSigned = EventType.make("DeliveredAndSigned", Schema.Struct({ by: Schema.String }))

// Written instead, as two events of one commit.
export const Delivered = EventType.make("Delivered", Schema.Struct({}))
export const Signed = EventType.make("Signed", Schema.Struct({ by: Schema.String }))
// #endregion

// #region retire
// No longer written, and no fold needs it: `evolve` returns the state as it is.
export const Weighed = EventType.make("Weighed", Schema.Struct({ grams: Schema.Int }))

export const codec = EventCodec.makeUnsafe([
  Shipped,
  Addressed,
  Returned,
  DeliveredAndSigned,
  Delivered,
  Signed,
  Weighed
])

export type ParcelEvent =
  | typeof Shipped.Event
  | typeof Addressed.Event
  | typeof Returned.Event
  | typeof DeliveredAndSigned.Event
  | typeof Delivered.Event
  | typeof Signed.Event
  | typeof Weighed.Event

export interface Parcel {
  readonly carrier: string
  readonly city: string
  readonly phase: "packed" | "shipped" | "delivered" | "returned"
  readonly signedBy: string
}

export const packed: Parcel = { carrier: "", city: "", phase: "packed", signedBy: "" }

export const evolve = (parcel: Parcel, event: ParcelEvent): Parcel => {
  switch (event._tag) {
    case "Shipped":
      return { ...parcel, carrier: event.carrier, phase: "shipped" }
    case "Addressed":
      return { ...parcel, city: event.city }
    case "Returned":
      return { ...parcel, phase: "returned" }
    case "DeliveredAndSigned":
      return { ...parcel, phase: "delivered", signedBy: event.by }
    case "Delivered":
      return { ...parcel, phase: "delivered" }
    case "Signed":
      return { ...parcel, signedBy: event.by }
    case "Weighed":
      return parcel
  }
}
// #endregion
