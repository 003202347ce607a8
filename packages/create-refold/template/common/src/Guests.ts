/** A projection: for each guest a row with how many seats are held and confirmed. Raise `version` when the rows change. */
import { Schema } from "effect"
import { Projection } from "refold"
import { SeatEvents } from "./SeatEvents.ts"

export const Guests = Projection.makeUnsafe({
  name: "guests",
  version: 1,
  events: SeatEvents,
  keys: ({ guest }) => [guest],
  state: Schema.Struct({ held: Schema.Int, confirmed: Schema.Int }),
  initialState: { held: 0, confirmed: 0 },
  evolve: ({ confirmed, held }, { _tag }) => {
    switch (_tag) {
      case "SeatHeld":
        return { held: held + 1, confirmed }
      case "SeatConfirmed":
        return { held: held - 1, confirmed: confirmed + 1 }
      case "HoldExpired":
        return { held: held - 1, confirmed }
    }
  },
  indexes: { byConfirmed: ["confirmed"] }
})
