/** A process: a hold that is not confirmed within 15 minutes expires, also if the program was down meanwhile. */
import { Process, StreamName } from "refold"
import { Seat } from "./Seat.ts"
import { type SeatEvent, SeatEvents } from "./SeatEvents.ts"

export const Holds = Process.makeUnsafe<SeatEvent, { readonly guest: string }>({
  name: "holds",
  events: SeatEvents,
  targets: [Seat],
  // One instance for each seat.
  correlate: (_, { stream }) => [StreamName.id(stream)],
  initialState: { guest: "" },
  evolve: (state, input) => input._tag === "SeatHeld" ? { guest: input.guest } : state,
  react: ({ guest }, input, { instance }) => {
    switch (input._tag) {
      case "SeatHeld":
        return [Process.schedule("expiry", "15 minutes")]
      case "SeatConfirmed":
        return [Process.cancel("expiry")]
      case "TimedOut":
        return [Process.send(Seat, instance, { _tag: "Expire", guest })]
      default:
        return []
    }
  }
})
