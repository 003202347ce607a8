/** The aggregate that Refold is measured with: each event is counted and added. */
import * as Schema from "effect/Schema"
import * as Aggregate from "refold/Aggregate"
import * as Decider from "refold/Decider"
import * as EventCodec from "refold/EventCodec"
import * as EventType from "refold/EventType"
import { category, empty, eventType, evolve, type Folded } from "../Peer.ts"

const fields = { n: Schema.Int, cents: Schema.Int, account: Schema.String, why: Schema.String }

const Deposited = EventType.make(eventType, Schema.Struct(fields))

/** Writes and reads the events. */
export const codec = EventCodec.makeUnsafe([Deposited])

const Command = Schema.TaggedStruct("Deposit", fields)

/** The state, as it is stored in rows and snapshots. */
export const State = Schema.Struct({ events: Schema.Int, cents: Schema.Int })

const decider = Decider.make<typeof Command.Type, Folded, typeof Deposited.Event, never>({
  initialState: empty,
  decide: ({ account, cents, n, why }) => Decider.accept(Deposited.make({ n, cents, account, why })),
  evolve
})

const definition = { category, events: codec, commands: Command, decider }

/** Without snapshots: a load reads all events. */
export const account = Aggregate.makeUnsafe(definition)

/** With a snapshot at every 100th event. */
export const accountWithSnapshots = Aggregate.makeUnsafe({
  ...definition,
  snapshots: { name: "account", version: 1, state: State, every: 100 }
})
