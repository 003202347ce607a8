/** The same account as an aggregate: its events, its rules, and its snapshots and rows. */
import * as Schema from "effect/Schema"
import * as Aggregate from "refold/Aggregate"
import * as Decider from "refold/Decider"
import * as EventCodec from "refold/EventCodec"
import * as EventType from "refold/EventType"
import * as Projection from "refold/Projection"

const moved = { cents: Schema.Int, why: Schema.String }

// The names and fields of these events are the storage format: change them with an upcaster only.
const Deposited = EventType.make("Deposited", Schema.Struct(moved))
const Withdrawn = EventType.make("Withdrawn", Schema.Struct(moved))
const FeeCharged = EventType.make("FeeCharged", Schema.Struct(moved))

/** Writes and reads them. */
export const codec = EventCodec.makeUnsafe([Deposited, Withdrawn, FeeCharged])
/** Any event of an account. */
export type Event = typeof Deposited.Event | typeof Withdrawn.Event | typeof FeeCharged.Event

const Command = Schema.Union([
  Schema.TaggedStruct("Deposit", moved),
  Schema.TaggedStruct("Withdraw", moved),
  Schema.TaggedStruct("Charge", moved)
])
type Command = typeof Command.Type

type Refusal = { readonly _tag: "NotEnough" }

const State = Schema.Struct({ balance: Schema.Int })
type State = typeof State.Type

/** The change of the balance by an event. */
export const changeOf = (event: Event): number => (event._tag === "Deposited" ? event.cents : -event.cents)

const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { balance: 0 },
  decide: ({ _tag, cents, why }, { balance }) => {
    switch (_tag) {
      case "Deposit":
        return Decider.accept(Deposited.make({ cents, why }))
      case "Withdraw":
        return balance >= cents
          ? Decider.accept(Withdrawn.make({ cents, why }))
          : Decider.refuse({ _tag: "NotEnough" })
      case "Charge":
        return Decider.accept(FeeCharged.make({ cents, why }))
    }
  },
  evolve: ({ balance }, event) => ({ balance: balance + changeOf(event) })
})

const definition = { category: "account", events: codec, commands: Command, decider }

/** Accounts without snapshots or rows. */
export const bare = Aggregate.makeUnsafe(definition)

/** Accounts with a snapshot at every 100th event: a load replays fewer than that. */
export const aggregate = Aggregate.makeUnsafe({
  ...definition,
  snapshots: { name: "account", version: 1, state: State, every: 100 }
})

/** A row for each account, written in the statement that stores its events. */
export const balances = Projection.ofAggregateUnsafe(aggregate, { name: "balances", version: 1, state: State })
