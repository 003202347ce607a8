/** Rows that an event identifies only by a field: a cancellation has its booking, and the rows are nights. */
import { SqlProjection } from "@refold/postgres"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Aggregate, Decider, EventCodec, EventType, Projection, ReadModel } from "refold"

// #region event
const Nights = Schema.Array(Schema.String)
const Booked = EventType.make("Booked", Schema.Struct({ room: Schema.String, nights: Nights }))
// The decider has the nights in its state, and writes them into the event.
const Cancelled = EventType.make("Cancelled", Schema.Struct({ nights: Nights }))
const codec = EventCodec.makeUnsafe([Booked, Cancelled])
// #endregion

const Command = Schema.Union([
  Schema.TaggedStruct("Book", { room: Schema.String, nights: Nights }),
  Schema.TaggedStruct("Cancel", {})
])
type BookingEvent = typeof Booked.Event | typeof Cancelled.Event
type State = { readonly nights: ReadonlyArray<string> }

// #region decide
const decider = Decider.make<typeof Command.Type, State, BookingEvent, "NotBooked">({
  initialState: { nights: [] },
  decide: (command, { nights }) => {
    switch (command._tag) {
      case "Book":
        return Decider.accept(Booked.make({ room: command.room, nights: command.nights }))
      case "Cancel":
        return nights.length === 0 ? Decider.refuse("NotBooked") : Decider.accept(Cancelled.make({ nights }))
    }
  },
  evolve: (_, event) => ({ nights: event._tag === "Booked" ? event.nights : [] })
})
// #endregion

export const Booking = Aggregate.makeUnsafe({ category: "booking", events: codec, commands: Command, decider })

// #region fat
/** A row for each night: the events have the nights. */
export const Occupancy = Projection.makeUnsafe({
  name: "occupancy",
  version: 1,
  events: codec,
  keys: ({ nights }) => nights,
  state: Schema.Struct({ rooms: Schema.Int }),
  initialState: { rooms: 0 },
  evolve: ({ rooms }, { _tag }) => ({ rooms: _tag === "Booked" ? rooms + 1 : rooms - 1 })
})
// #endregion

// #region index
/** A row for each booking, found by its room and its first night: no event needs to find another row. */
export const Bookings = Projection.makeUnsafe({
  name: "bookings",
  version: 1,
  events: codec,
  keys: Projection.byStream,
  state: Schema.Struct({ room: Schema.String, from: Schema.String }),
  initialState: { room: "", from: "" },
  evolve: (_, event) =>
    event._tag === "Booked" ? { room: event.room, from: event.nights[0] ?? "" } : Projection.removed,
  indexes: { byRoom: ["room", "from"] }
})

export const bookingsOf = (room: string) => ReadModel.query(Bookings, { index: "byRoom", where: { room } })
// #endregion

// #region sql
/** A table that a handler searches by any column: `Cancelled` needs no nights. */
export const makeBookedNights = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* SqlProjection.make({
    name: "booked nights",
    version: 1,
    events: codec,
    setup: sql`CREATE TABLE booked_night (night text, room text, booking text, PRIMARY KEY (night, room))`.pipe(
      Effect.andThen(sql`CREATE INDEX ON booked_night (booking)`)
    ),
    handle: (event, { stream }) =>
      event._tag === "Booked"
        ? sql`INSERT INTO booked_night SELECT night, ${event.room}, ${stream} FROM unnest(${event.nights}::text[]) AS night`
        : sql`DELETE FROM booked_night WHERE booking = ${stream}`
  })
})

export const nightsOf = (room: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{ readonly night: string }>`SELECT night FROM booked_night WHERE room = ${room} ORDER BY night`
  )
// #endregion
