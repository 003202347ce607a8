/**
 * A bank account: what can happen to it, what it then is, and what it allows. Read it top to bottom: events, state,
 * decide, evolve.
 */
import * as Aggregate from "@refold/core/Aggregate"
import * as Decider from "@refold/core/Decider"
import * as EventCodec from "@refold/core/EventCodec"
import * as EventType from "@refold/core/EventType"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Amount, Balance } from "./Amount.ts"

// Events. Their names and fields are the storage format: stored events keep them for ever. To change one, add a
// version with an upcaster; to rename one, declare its former name.

/** How often the holder gets a statement. */
export const Statements = Schema.Literals(["Monthly", "Weekly", "AfterEachTransaction"])

/** How money came or went. */
export const Channel = Schema.Literals(["Cash", "Card", "Transfer", "Unspecified"])
/** How money came or went. */
export type Channel = typeof Channel.Type

// What a movement may say beside its amount: the bank's word for its purpose, the account at the other end.
const remarks = { purpose: Schema.optionalKey(Schema.String), counterparty: Schema.optionalKey(Schema.String) }

/** The account exists from here on. */
export const AccountOpened = EventType.make(
  "AccountOpened",
  Schema.Struct({ branch: Schema.String, statements: Statements })
)

/** Money came. Version 1 did not say how; the first releases called it `MoneyPaidIn`. */
export const MoneyDeposited = EventType.make("MoneyDeposited", Schema.Struct({ amount: Amount })).pipe(
  EventType.upcast(
    Schema.Struct({ amount: Amount, channel: Channel, ...remarks }),
    ({ amount }) => ({ amount, channel: "Unspecified" as const })
  ),
  EventType.renamedFrom("MoneyPaidIn")
)

/** Money went. */
export const MoneyWithdrawn = EventType.make(
  "MoneyWithdrawn",
  Schema.Struct({ amount: Amount, channel: Channel, ...remarks })
)

/** The bank paid interest. A fact of its own books, never decided here. */
export const InterestCredited = EventType.make("InterestCredited", Schema.Struct({ amount: Amount }))

/** The bank took a fee. A fact of its own books, never decided here. */
export const FeeCharged = EventType.make(
  "FeeCharged",
  Schema.Struct({ amount: Amount, reason: Schema.Literals(["Service", "OverdraftInterest"]) })
)

/** The balance may fall so far below 0 from here on. */
export const OverdraftLimitChanged = EventType.make("OverdraftLimitChanged", Schema.Struct({ limit: Amount }))

/** The account is over. */
export const AccountClosed = EventType.make("AccountClosed", Schema.Struct({}))

/** Writes and reads the events of an account. */
export const codec = EventCodec.makeUnsafe([
  AccountOpened,
  MoneyDeposited,
  MoneyWithdrawn,
  InterestCredited,
  FeeCharged,
  OverdraftLimitChanged,
  AccountClosed
])

/** Anything that can happen to an account. */
export type Event =
  | typeof AccountOpened.Event
  | typeof MoneyDeposited.Event
  | typeof MoneyWithdrawn.Event
  | typeof InterestCredited.Event
  | typeof FeeCharged.Event
  | typeof OverdraftLimitChanged.Event
  | typeof AccountClosed.Event

/** What an account is: nothing yet, open with a balance and how far that may fall below 0, or closed for good. */
export const State = Schema.Union([
  Schema.TaggedStruct("NotOpen", {}),
  Schema.TaggedStruct("Open", { balance: Balance, overdraftLimit: Amount }),
  Schema.TaggedStruct("Closed", {})
])
/** What an account is. */
export type State = typeof State.Type
type Open = Extract<State, { readonly _tag: "Open" }>

/** What one can ask of an account. */
export type Command =
  | { readonly _tag: "OpenAccount"; readonly branch: string; readonly statements: typeof Statements.Type }
  | { readonly _tag: "Deposit"; readonly amount: Amount; readonly channel: Channel }
  | { readonly _tag: "Withdraw"; readonly amount: Amount; readonly channel: Channel }
  | { readonly _tag: "SetOverdraftLimit"; readonly limit: Amount }
  | { readonly _tag: "CloseAccount" }

/** Why an account says no. */
export type Refusal =
  | { readonly _tag: "AccountNotOpen" }
  | { readonly _tag: "AccountAlreadyOpen" }
  | { readonly _tag: "AccountIsClosed" }
  | { readonly _tag: "AmountIsZero" }
  | {
    readonly _tag: "InsufficientFunds"
    readonly balance: Balance
    readonly limit: Amount
    readonly requested: Amount
  }
  | { readonly _tag: "LimitBelowDebt"; readonly balance: Balance; readonly requested: Amount }
  | { readonly _tag: "BalanceNotZero"; readonly balance: Balance }

type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
const accept = (...events: ReadonlyArray<Event>): Decision => Result.succeed(events)
const refuse = (refusal: Refusal): Decision => Result.fail(refusal)

/** What a command leads to. An amount of 0 moves nothing, so it is refused rather than booked. */
const decide = (command: Command, state: State): Decision => {
  if (state._tag === "Closed") return refuse({ _tag: "AccountIsClosed" })
  switch (command._tag) {
    case "OpenAccount":
      if (state._tag === "Open") return refuse({ _tag: "AccountAlreadyOpen" })
      return accept(AccountOpened.make({ branch: command.branch, statements: command.statements }))
    default:
      return state._tag === "Open" ? decideOpen(command, state) : refuse({ _tag: "AccountNotOpen" })
  }
}

const decideOpen = (
  command: Exclude<Command, { readonly _tag: "OpenAccount" }>,
  { balance, overdraftLimit: limit }: Open
): Decision => {
  switch (command._tag) {
    case "Deposit": {
      const { amount, channel } = command
      return amount === 0 ? refuse({ _tag: "AmountIsZero" }) : accept(MoneyDeposited.make({ amount, channel }))
    }
    case "Withdraw": {
      const { amount, channel } = command
      if (amount === 0) return refuse({ _tag: "AmountIsZero" })
      if (balance + limit < amount) return refuse({ _tag: "InsufficientFunds", balance, limit, requested: amount })
      return accept(MoneyWithdrawn.make({ amount, channel }))
    }
    case "SetOverdraftLimit":
      if (command.limit === limit) return accept()
      if (balance + command.limit < 0) return refuse({ _tag: "LimitBelowDebt", balance, requested: command.limit })
      return accept(OverdraftLimitChanged.make({ limit: command.limit }))
    case "CloseAccount":
      return balance === 0 ? accept(AccountClosed.make({})) : refuse({ _tag: "BalanceNotZero", balance })
  }
}

/** What an event makes of an account. A fact is never refused: a real withdrawal may overdraw beyond every limit. */
export const evolve = (state: State, event: Event): State => {
  if (state._tag === "NotOpen" && event._tag === "AccountOpened") {
    return { _tag: "Open", balance: 0, overdraftLimit: Amount.make(0) }
  }
  return state._tag === "Open" ? evolveOpen(state, event) : state
}

const evolveOpen = (state: Open, event: Event): State => {
  switch (event._tag) {
    case "AccountOpened":
      return state
    case "MoneyDeposited":
    case "InterestCredited":
      return { ...state, balance: state.balance + event.amount }
    case "MoneyWithdrawn":
    case "FeeCharged":
      return { ...state, balance: state.balance - event.amount }
    case "OverdraftLimitChanged":
      return { ...state, overdraftLimit: event.limit }
    case "AccountClosed":
      return { _tag: "Closed" }
  }
}

/** Decides about accounts. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { _tag: "NotOpen" },
  decide,
  evolve,
  isTerminal: (state) => state._tag === "Closed"
})

/** Accounts and where their events live. A load replays at most 100 events: a snapshot is never older than that. */
export const aggregate = Aggregate.makeUnsafe({
  category: "account",
  codec,
  decider,
  snapshots: { name: "account", version: 1, state: State, every: 100 }
})

/** The balance of an account that is open, else 0. */
export const balanceOf = (state: State): Balance => (state._tag === "Open" ? state.balance : 0)
