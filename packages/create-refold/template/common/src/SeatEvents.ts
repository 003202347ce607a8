/** The events of a seat. Names and fields are the storage format: change them only by a new version. */
import { Schema } from "effect"
import { EventCodec, EventType } from "refold"

export const SeatHeld = EventType.make("SeatHeld", Schema.Struct({ guest: Schema.String }))
export const SeatConfirmed = EventType.make("SeatConfirmed", Schema.Struct({ guest: Schema.String }))
export const HoldExpired = EventType.make("HoldExpired", Schema.Struct({ guest: Schema.String }))

export const SeatEvents = EventCodec.makeUnsafe([SeatHeld, SeatConfirmed, HoldExpired])
export type SeatEvent = EventCodec.EventOf<typeof SeatEvents>
