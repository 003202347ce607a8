import { Effect } from "effect"
import { Stream } from "effect"
import { CommandHandler, MemoryStore, Projector, ReadModel, Rebuild } from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import {
  Booking,
  Bookings,
  bookingsOf,
  makeBookedNights,
  nightsOf,
  Occupancy
} from "../../examples/howto/RowsByField.ts"

const handle = CommandHandler.make(Booking)

const book = Effect.gen(function*() {
  yield* handle("1", { _tag: "Book", room: "A", nights: ["2026-12-24", "2026-12-25"] })
  yield* handle("2", { _tag: "Book", room: "B", nights: ["2026-12-25"] })
  yield* handle("3", { _tag: "Book", room: "A", nights: ["2026-12-31"] })
  yield* handle("1", { _tag: "Cancel" })
})

const rows = Effect.gen(function*() {
  yield* book
  yield* Projector.catchUp(Occupancy)
  yield* Projector.catchUp(Bookings)
  const nights = yield* ReadModel.query(Occupancy)
  const ofA = yield* bookingsOf("A")
  return {
    nights: nights.rows.map(({ key, state }) => [key, state.rooms]),
    ofA: ofA.rows.map(({ key, state }) => [key, state.from])
  }
})

const tables = Effect.gen(function*() {
  yield* book
  const projection = yield* makeBookedNights
  yield* Projector.catchUp(projection)
  const before = yield* projection.read(Effect.all([nightsOf("A"), nightsOf("B")]))
  yield* Stream.runDrain(Rebuild.rebuild(projection))
  return [before, yield* projection.read(Effect.all([nightsOf("A"), nightsOf("B")]))]
})

it("a cancellation with its nights changes their rows, and rows by booking are found by their room", async () => {
  const expected = {
    nights: [["2026-12-24", 0], ["2026-12-25", 1], ["2026-12-31", 1]],
    ofA: [["booking-3", "2026-12-31"]]
  }
  expect(await Effect.runPromise(Effect.provide(rows, MemoryStore.layer))).toEqual(expected)
  expect(await Effect.runPromise(Effect.provide(rows, EmbeddedStore.layer()))).toEqual(expected)
})

it("a table is searched by the booking, and a rebuild gives the same table", async () => {
  const [before, after] = await Effect.runPromise(Effect.provide(tables, EmbeddedStore.layer()))
  expect(before).toEqual([[{ night: "2026-12-31" }], [{ night: "2026-12-25" }]])
  expect(after).toEqual(before)
})
