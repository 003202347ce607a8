import { HttpSpec } from "@refold/http"
import { test } from "node:test"
import { MemoryStore } from "refold"
import { api } from "../src/Api.ts"
import { Seat } from "../src/Seat.ts"
import { SeatConfirmed, SeatHeld } from "../src/SeatEvents.ts"

const seat = HttpSpec.for(Seat, { api, name: "seat", layer: MemoryStore.layer })
const held = seat.given([SeatHeld.make({ guest: "ada" })])

await test("a guest confirms a hold over HTTP", () =>
  held.when({ _tag: "Confirm", guest: "ada" }).then([SeatConfirmed.make({ guest: "ada" })]))

await test("a seat that is taken is refused over HTTP", () =>
  held.when({ _tag: "Hold", guest: "bob" }).thenRefused({ _tag: "SeatTaken" }))

await test("clients cannot let a hold expire", () => held.when({ _tag: "Expire", guest: "ada" }).thenStatus(404))
