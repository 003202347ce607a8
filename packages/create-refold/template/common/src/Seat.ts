/** The aggregate: each seat is a stream `seat-<id>`. */
import { Aggregate } from "refold"
import { SeatCommand, SeatDecider } from "./SeatDecider.ts"
import { SeatEvents } from "./SeatEvents.ts"

export const Seat = Aggregate.makeUnsafe({
  category: "seat",
  events: SeatEvents,
  commands: SeatCommand,
  decider: SeatDecider
})
