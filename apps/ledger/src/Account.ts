/**
 * A bank account: what it is, what it allows, and what happens to it. Read it top to bottom: events (in a file of their
 * own), state, decide, evolve.
 */
import * as Aggregate from "@refold/core/Aggregate"
import * as Decider from "@refold/core/Decider"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  AccountClosed,
  AccountOpened,
  changeOf,
  Channel,
  codec,
  type Event,
  MoneyDeposited,
  MoneyWithdrawn,
  OverdraftLimitChanged,
  Statements
} from "./AccountEvent.ts"
import { Amount, Balance } from "./Amount.ts"
import { Currency } from "./Currency.ts"

export * from "./AccountEvent.ts"

/** What an account is: nothing yet, open with a balance and how far that may fall below 0, or closed for good. */
export const State = Schema.Union([
  Schema.TaggedStruct("NotOpen", {}),
  Schema.TaggedStruct("Open", { currency: Currency, balance: Balance, overdraftLimit: Amount }),
  Schema.TaggedStruct("Closed", {})
])
/** What an account is. */
export type State = typeof State.Type
type Open = Extract<State, { readonly _tag: "Open" }>

/** What one can ask of an account, and what that must look like; whether it makes sense is for `decide` to say. */
export const Command = Schema.Union([
  Schema.TaggedStruct("OpenAccount", { branch: Schema.String, statements: Statements, currency: Currency }),
  Schema.TaggedStruct("Deposit", { amount: Amount, channel: Channel }),
  Schema.TaggedStruct("Withdraw", { amount: Amount, channel: Channel }),
  Schema.TaggedStruct("SetOverdraftLimit", { limit: Amount }),
  Schema.TaggedStruct("CloseAccount", {})
])
/** What one can ask of an account. */
export type Command = typeof Command.Type

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
    case "OpenAccount": {
      if (state._tag === "Open") return refuse({ _tag: "AccountAlreadyOpen" })
      const { branch, currency, statements } = command
      return accept(AccountOpened.make({ branch, statements, currency }))
    }
    default:
      return state._tag === "Open" ? decideOpen(command, state) : refuse({ _tag: "AccountNotOpen" })
  }
}

const decideOpen = (
  command: Exclude<Command, { readonly _tag: "OpenAccount" }>,
  { balance, currency, overdraftLimit: limit }: Open
): Decision => {
  switch (command._tag) {
    case "Deposit": {
      const { amount, channel } = command
      if (amount === 0) return refuse({ _tag: "AmountIsZero" })
      return accept(MoneyDeposited.make({ amount, currency, channel }))
    }
    case "Withdraw": {
      const { amount, channel } = command
      if (amount === 0) return refuse({ _tag: "AmountIsZero" })
      if (balance + limit < amount) return refuse({ _tag: "InsufficientFunds", balance, limit, requested: amount })
      return accept(MoneyWithdrawn.make({ amount, currency, channel }))
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
    return { _tag: "Open", currency: event.currency, balance: 0, overdraftLimit: Amount.make(0) }
  }
  return state._tag === "Open" ? evolveOpen(state, event) : state
}

const evolveOpen = (state: Open, event: Event): State => {
  switch (event._tag) {
    case "AccountOpened":
      return state
    case "MoneyDeposited":
    case "InterestCredited":
    case "MoneyWithdrawn":
    case "FeeCharged":
      return { ...state, balance: state.balance + changeOf(event) }
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
  commands: Command,
  decider,
  snapshots: { name: "account", version: 1, state: State, every: 100 }
})

/** The balance of an account that is open, else 0. */
export const balanceOf = (state: State): Balance => (state._tag === "Open" ? state.balance : 0)
