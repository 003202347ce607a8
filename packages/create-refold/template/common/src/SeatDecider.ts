/** The decisions on a seat: a pure function of the command and the state. */
import { Schema } from "effect"
import { Decider } from "refold"
import { HoldExpired, SeatConfirmed, type SeatEvent, SeatHeld } from "./SeatEvents.ts"
import { evolve, initialState, type SeatState } from "./SeatState.ts"

export const SeatCommand = Schema.TaggedUnion({
  Hold: { guest: Schema.NonEmptyString },
  Confirm: { guest: Schema.NonEmptyString },
  /** Sent by the process `Holds`, not by clients. */
  Expire: { guest: Schema.NonEmptyString }
})
export type SeatCommand = typeof SeatCommand.Type

export type SeatRefusal = { readonly _tag: "SeatTaken" } | { readonly _tag: "NotHeld" }

const hold = (guest: string, seat: SeatState): Decider.PlainDecision<SeatEvent, SeatRefusal> => {
  if (seat._tag === "Free") return { events: [SeatHeld.make({ guest })] }
  // The same guest again: nothing happens.
  return seat.guest === guest ? { events: [] } : { refused: { _tag: "SeatTaken" } }
}

const confirm = (guest: string, seat: SeatState): Decider.PlainDecision<SeatEvent, SeatRefusal> => {
  if (seat._tag === "Free" || seat.guest !== guest) return { refused: { _tag: "NotHeld" } }
  return { events: seat._tag === "Held" ? [SeatConfirmed.make({ guest })] : [] }
}

export const SeatDecider = Decider.make<SeatCommand, SeatState, SeatEvent, SeatRefusal>({
  initialState,
  evolve,
  decide: ({ _tag, guest }, seat) => {
    switch (_tag) {
      case "Hold":
        return hold(guest, seat)
      case "Confirm":
        return confirm(guest, seat)
      case "Expire":
        return { events: seat._tag === "Held" && seat.guest === guest ? [HoldExpired.make({ guest })] : [] }
    }
  }
})
