import * as Spec from "@refold/laws/Spec"
import { test } from "node:test"
import { Process } from "refold"
import { Holds } from "../src/Holds.ts"
import { Seat } from "../src/Seat.ts"
import { SeatDecider } from "../src/SeatDecider.ts"
import { HoldExpired, SeatConfirmed, SeatHeld } from "../src/SeatEvents.ts"

const guest = "ada"
const seat = Spec.for(SeatDecider)
const held = seat.given([SeatHeld.make({ guest })])
const confirmed = held.given([SeatConfirmed.make({ guest })])

await test("a free seat can be held", () => {
  seat.when({ _tag: "Hold", guest }).then([SeatHeld.make({ guest })])
})

await test("a seat is held for one guest", () => {
  held.when({ _tag: "Hold", guest: "bob" }).thenRefused({ _tag: "SeatTaken" })
  held.when({ _tag: "Hold", guest }).thenNothing()
})

await test("only the guest of a hold can confirm it", () => {
  held.when({ _tag: "Confirm", guest }).then([SeatConfirmed.make({ guest })])
  held.when({ _tag: "Confirm", guest: "bob" }).thenRefused({ _tag: "NotHeld" })
})

await test("a hold expires, and a confirmed seat does not", () => {
  held.when({ _tag: "Expire", guest }).then([HoldExpired.make({ guest })])
  confirmed.when({ _tag: "Expire", guest }).thenNothing()
})

await test("a hold that is not confirmed is ended after 15 minutes", () => {
  Spec.forProcess(Holds).when("seat-12A", SeatHeld.make({ guest }))
    .whenTimePasses("15 minutes")
    .thenSends([Process.send(Seat, "12A", { _tag: "Expire", guest })])
})
