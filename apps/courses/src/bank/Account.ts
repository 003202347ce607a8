/** A bank account. Read it top to bottom: events, state, decide, evolve, aggregate. */
import { Schema } from "effect"
import { Aggregate, Decider, EventCodec, EventType } from "refold"

// #region events
// Names and fields of events are the storage format: to change one, add a version with an upcaster or a former name.
// The account is the event's stream, and its time is `occurredAt`: both are columns of the table, not fields.
const Amount = Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))

/** An account was opened for its owner. */
export const AccountOpened = EventType.make("AccountOpened", Schema.Struct({ ownerName: Schema.NonEmptyString }))
/** Money came in, in whole minor units. */
export const MoneyDeposited = EventType.make("MoneyDeposited", Schema.Struct({ amount: Amount }))
/** Money went out, in whole minor units. */
export const MoneyWithdrawn = EventType.make("MoneyWithdrawn", Schema.Struct({ amount: Amount }))

/** Writes and reads the events. */
export const codec = EventCodec.makeUnsafe([AccountOpened, MoneyDeposited, MoneyWithdrawn])
/** An event of an account. */
export type Event = typeof AccountOpened.Event | typeof MoneyDeposited.Event | typeof MoneyWithdrawn.Event
// #endregion

// #region state
/** The state of an account. */
export const State = Schema.Union([
  Schema.TaggedStruct("Unopened", {}),
  Schema.TaggedStruct("Open", { ownerName: Schema.String, balance: Schema.Int })
])
/** The state of an account. */
export type State = typeof State.Type

/** The balance of an account; 0 for one that is not open. */
export const balanceOf = (state: State): number => (state._tag === "Open" ? state.balance : 0)

/** The dispatch over event types. The compiler rejects it if a type is missing. */
export const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "AccountOpened":
      return { _tag: "Open", ownerName: event.ownerName, balance: 0 }
    case "MoneyDeposited":
      return state._tag === "Open" ? { ...state, balance: state.balance + event.amount } : state
    case "MoneyWithdrawn":
      return state._tag === "Open" ? { ...state, balance: state.balance - event.amount } : state
  }
}
// #endregion

// #region decide
/** The commands of an account. The schema is the first layer of validation. */
export const Command = Schema.Union([
  Schema.TaggedStruct("OpenAccount", { ownerName: Schema.NonEmptyString }),
  Schema.TaggedStruct("Deposit", { amount: Amount }),
  Schema.TaggedStruct("Withdraw", { amount: Amount })
])
/** A command of an account. */
export type Command = typeof Command.Type

/** The refusal of a command. */
export type Refusal =
  | { readonly _tag: "AlreadyOpen" }
  | { readonly _tag: "NotOpen" }
  | { readonly _tag: "InsufficientFunds"; readonly balance: number }

/** The second layer: the rules of the domain. */
const decide = (command: Command, state: State): Decider.Decision<Event, Refusal> => {
  if (command._tag === "OpenAccount") {
    return state._tag === "Open"
      ? Decider.refuse({ _tag: "AlreadyOpen" })
      : Decider.accept(AccountOpened.make({ ownerName: command.ownerName }))
  }
  if (state._tag === "Unopened") return Decider.refuse({ _tag: "NotOpen" })
  if (command._tag === "Deposit") return Decider.accept(MoneyDeposited.make({ amount: command.amount }))
  return command.amount > state.balance
    ? Decider.refuse({ _tag: "InsufficientFunds", balance: state.balance })
    : Decider.accept(MoneyWithdrawn.make({ amount: command.amount }))
}

/** Decides commands. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { _tag: "Unopened" },
  decide,
  evolve
})
// #endregion

// #region aggregate
/** Accounts and their streams, `account-<id>`, with a snapshot at every 1,000th event. */
export const aggregate = Aggregate.makeUnsafe({
  category: "account",
  events: codec,
  commands: Command,
  decider,
  snapshots: { name: "account", version: 1, state: State, every: 1000 }
})
// #endregion
