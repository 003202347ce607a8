/** The events of a parcel, whose format has changed several times: one example for each kind of change. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"

// #region add
// Version 2 adds the carrier. Older events are read with the carrier of that time.
export const Shipped = EventType.make("Shipped", Schema.Struct({ grams: Schema.Int })).pipe(
  EventType.upcast(Schema.Struct({ grams: Schema.Int, carrier: Schema.String }), (v1) => ({ ...v1, carrier: "Post" }))
)
// #endregion

// #region stored
// Version 2 adds the packer. Older events have it only in their metadata.
export const Packed = EventType.make("Packed", Schema.Struct({ box: Schema.String })).pipe(
  EventType.upcast(
    Schema.Struct({ box: Schema.String, by: Schema.String }),
    (v1, { metadata }) => ({ ...v1, by: metadata.actor ?? "unknown" })
  )
)
// #endregion

// #region fields
const Address = Schema.Struct({ street: Schema.String, city: Schema.String })

export const Addressed = EventType.make("Addressed", Schema.Struct({ adr: Schema.String })).pipe(
  // Version 2 renames the field.
  EventType.upcast(Schema.Struct({ address: Schema.String }), ({ adr }) => ({ address: adr })),
  // Version 3 splits it. It gets the result of version 2, so each upcaster is one step.
  EventType.upcast(Address, ({ address }) => {
    const [street = "", city = "unknown"] = address.split(", ")
    return { street, city }
  })
)
// #endregion

// #region type
// New events are "Returned"; stored events "SentBack" are read as "Returned".
export const Returned = EventType.make("Returned", Schema.Struct({ reason: Schema.String })).pipe(
  EventType.renamedFrom("SentBack")
)
// #endregion

// #region split
// New events: two events of one commit.
export const Delivered = EventType.make("Delivered", Schema.Struct({}))
export const Signed = EventType.make("Signed", Schema.Struct({ by: Schema.String }))

// Old events, in two versions, are read as the two events.
const DeliveredAndSigned = EventType.make("DeliveredAndSigned", Schema.Struct({})).pipe(
  EventType.upcast(Schema.Struct({ by: Schema.String }), () => ({ by: "unknown" })),
  EventType.splitInto([Delivered, Signed], ({ by }) => [Delivered.make({}), Signed.make({ by })])
)
// #endregion

// #region retire
// Not written any more, and no fold needs it, so it has no schema.
const Weighed = EventType.retired("Weighed")
// #endregion

// #region codec
export const codec = EventCodec.makeUnsafe([
  Packed,
  Shipped,
  Addressed,
  Returned,
  Delivered,
  Signed,
  DeliveredAndSigned,
  Weighed
])

export type ParcelEvent = EventCodec.EventOf<typeof codec>

export interface Parcel {
  readonly carrier: string
  readonly city: string
  readonly phase: "packed" | "shipped" | "delivered" | "returned"
  readonly packedBy: string
  readonly signedBy: string
}

export const packed: Parcel = { carrier: "", city: "", phase: "packed", packedBy: "", signedBy: "" }

export const evolve = (parcel: Parcel, event: ParcelEvent): Parcel => {
  switch (event._tag) {
    case "Packed":
      return { ...parcel, packedBy: event.by }
    case "Shipped":
      return { ...parcel, carrier: event.carrier, phase: "shipped" }
    case "Addressed":
      return { ...parcel, city: event.city }
    case "Returned":
      return { ...parcel, phase: "returned" }
    case "Delivered":
      return { ...parcel, phase: "delivered" }
    case "Signed":
      return { ...parcel, signedBy: event.by }
  }
}
// #endregion
