/** The state of a seat: the fold of its events. */
import { Schema } from "effect"
import type { SeatEvent } from "./SeatEvents.ts"

export const SeatState = Schema.TaggedUnion({
  Free: {},
  Held: { guest: Schema.String },
  Confirmed: { guest: Schema.String }
})
export type SeatState = typeof SeatState.Type

export const initialState: SeatState = { _tag: "Free" }

export const evolve = (_: SeatState, { _tag, guest }: SeatEvent): SeatState => {
  switch (_tag) {
    case "SeatHeld":
      return { _tag: "Held", guest }
    case "SeatConfirmed":
      return { _tag: "Confirmed", guest }
    case "HoldExpired":
      return { _tag: "Free" }
  }
}
