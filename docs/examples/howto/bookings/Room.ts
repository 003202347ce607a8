/** A room with slots to book, and its waiting list. */
import { type Duration, Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType, Process, Projection, StreamName } from "refold"

// #region room
const Booked = EventType.make("Booked", Schema.Struct({ slot: Schema.String, guest: Schema.String }))
const Cancelled = EventType.make("Cancelled", Schema.Struct({ slot: Schema.String, guest: Schema.String }))
export const codec = EventCodec.makeUnsafe([Booked, Cancelled])
export type RoomEvent = EventCodec.EventOf<typeof codec>

const Command = Schema.TaggedUnion({
  Book: { slot: Schema.String, guest: Schema.String },
  Cancel: { slot: Schema.String }
})

type Guests = { readonly [slot: string]: string }
type RoomRefusal = { readonly _tag: "SlotTaken"; readonly by: string } | { readonly _tag: "NotBooked" }

const room = Decider.make<typeof Command.Type, Guests, RoomEvent, RoomRefusal>({
  initialState: {},
  evolve: (guests, { _tag, guest, slot }) => {
    const { [slot]: _, ...others } = guests
    return _tag === "Booked" ? { ...others, [slot]: guest } : others
  },
  decide: (command, guests) => {
    const by = guests[command.slot]
    if (command._tag === "Cancel") {
      return by === undefined
        ? { refused: { _tag: "NotBooked" } }
        : { events: [Cancelled.make({ slot: command.slot, guest: by })] }
    }
    return by === undefined
      ? { events: [Booked.make({ slot: command.slot, guest: command.guest })] }
      : { refused: { _tag: "SlotTaken", by } }
  }
})

export const Room = Aggregate.makeUnsafe({ category: "room", events: codec, commands: Command, decider: room })
// #endregion

// #region rows
/** How many slots each guest has. */
export const Guest = Projection.makeUnsafe({
  name: "guests",
  version: 1,
  events: codec,
  keys: ({ guest }) => [guest],
  state: Schema.Struct({ slots: Schema.Int }),
  initialState: { slots: 0 },
  evolve: ({ slots }, { _tag }) => ({ slots: slots + (_tag === "Booked" ? 1 : -1) }),
  indexes: { bySlots: ["slots"] }
})
// #endregion

// #region process
const Offered = EventType.make("Offered", Schema.Struct({ slot: Schema.String }))
const Offer = Schema.TaggedStruct("Offer", { slot: Schema.String })

/** The waiting list of a room: the slots that were offered to it. */
export const Waiting = Aggregate.makeUnsafe({
  category: "waiting",
  events: EventCodec.makeUnsafe([Offered]),
  commands: Offer,
  decider: Decider.make<typeof Offer.Type, ReadonlyArray<string>, typeof Offered.Event, never>({
    initialState: [],
    evolve: (slots, { slot }) => [...slots, slot],
    decide: ({ slot }) => ({ events: [Offered.make({ slot })] })
  })
})

/** Offers a slot that was cancelled. */
export const Offering = Process.makeUnsafe<RoomEvent, null>({
  name: "offering",
  events: codec,
  targets: [Waiting],
  correlate: (_, { stream }) => [StreamName.id(stream)],
  initialState: null,
  evolve: () => null,
  react: (_, input, { instance }) =>
    input._tag === "Cancelled" ? [Process.send(Waiting, instance, { _tag: "Offer", slot: input.slot })] : []
})
// #endregion

// #region timeout
/** Cancels each booking after a time. */
export const expiring = (after: Duration.Input) =>
  Process.makeUnsafe<RoomEvent, null>({
    name: "expiring",
    events: codec,
    targets: [Room],
    // All rooms have the same slots: the id of an instance begins with its room.
    correlate: ({ slot }, { stream }) => [`${StreamName.id(stream)}/${slot}`],
    initialState: null,
    evolve: () => null,
    react: (_, input, { instance }) => {
      const [room = "", slot = ""] = instance.split("/")
      switch (input._tag) {
        case "Booked":
          return [Process.schedule("end", after)]
        case "Cancelled":
          return [Process.cancel("end")]
        case "TimedOut":
          return [Process.send(Room, room, { _tag: "Cancel", slot })]
        default:
          return []
      }
    }
  })
// #endregion
