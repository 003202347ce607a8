/**
 * A bank account. Read it top to bottom: events and commands (in files of their own), state, decide, evolve.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Aggregate from "refold/Aggregate"
import * as Decider from "refold/Decider"
import { Command, type Refusal } from "./AccountCommand.ts"
import {
  AccountClosed,
  AccountFrozen,
  AccountOpened,
  AccountUnfrozen,
  changeOf,
  codec,
  DepositReversed,
  type Event,
  MoneyDeposited,
  MoneyWithdrawn,
  OverdraftLimitChanged
} from "./AccountEvent.ts"
import { Amount, Balance } from "./Amount.ts"
import { Currency } from "./Currency.ts"
import * as Deposits from "./Deposits.ts"

export * from "./AccountCommand.ts"
export * from "./AccountEvent.ts"

/** An open account: its balance, its overdraft limit, and the deposits that can be reversed. */
export const Open = Schema.TaggedStruct("Open", {
  currency: Currency,
  balance: Balance,
  overdraftLimit: Amount,
  isFrozen: Schema.Boolean,
  /** The number of events: deposits are identified by version. */
  version: Schema.Int,
  deposits: Deposits.Deposits
})
/** An open account. */
export type Open = typeof Open.Type

/** The state of an account: not opened, open, or closed. */
export const State = Schema.Union([
  Schema.TaggedStruct("NotOpen", { version: Schema.Int }),
  Open,
  Schema.TaggedStruct("Closed", {})
])
/** The state of an account. */
export type State = typeof State.Type

type Decision = Decider.Decision<Event, Refusal>

/** Decides a command. An amount of 0 moves nothing, so it is refused. */
const decide = (command: Command, state: State): Decision => {
  if (state._tag === "Closed") return Decider.refuse({ _tag: "AccountIsClosed" })
  switch (command._tag) {
    case "OpenAccount": {
      if (state._tag === "Open") return Decider.refuse({ _tag: "AccountAlreadyOpen" })
      const { branch, currency, statements } = command
      return Decider.accept(AccountOpened.make({ branch, statements, currency }))
    }
    default:
      return state._tag === "Open" ? decideOpen(command, state) : Decider.refuse({ _tag: "AccountNotOpen" })
  }
}

type OfOpen = Exclude<Command, { readonly _tag: "OpenAccount" }>
type Moving = Extract<Command, { readonly _tag: "Deposit" | "Withdraw" }>

const decideOpen = (command: OfOpen, account: Open): Decision => {
  const { balance, isFrozen, overdraftLimit } = account
  if (isFrozen && heldByFreeze.has(command._tag)) return Decider.refuse({ _tag: "AccountIsFrozen" })
  switch (command._tag) {
    case "Deposit":
    case "Withdraw":
      return decideMovement(command, account)
    case "ReverseDeposit":
      return decideReversal(command, account)
    case "SetOverdraftLimit":
      if (command.limit === overdraftLimit) return Decider.accept()
      if (balance + command.limit < 0)
        return Decider.refuse({ _tag: "LimitBelowDebt", balance, requested: command.limit })
      return Decider.accept(OverdraftLimitChanged.make({ limit: command.limit }))
    case "FreezeAccount":
      return isFrozen ? Decider.accept() : Decider.accept(AccountFrozen.make({ reason: command.reason }))
    case "UnfreezeAccount":
      return isFrozen ? Decider.accept(AccountUnfrozen.make({})) : Decider.accept()
    case "CloseAccount":
      return balance === 0
        ? Decider.accept(AccountClosed.make({}))
        : Decider.refuse({ _tag: "BalanceNotZero", balance })
  }
}

const heldByFreeze: ReadonlySet<Command["_tag"]> = new Set(["Deposit", "Withdraw", "ReverseDeposit", "CloseAccount"])

const decideMovement = ({ _tag, ...asked }: Moving, { balance, currency, overdraftLimit: limit }: Open): Decision => {
  const { amount, currency: requested = currency } = asked
  if (amount === 0) return Decider.refuse({ _tag: "AmountIsZero" })
  if (requested !== currency) return Decider.refuse({ _tag: "OtherCurrency", currency, requested })
  if (_tag === "Deposit") return Decider.accept(MoneyDeposited.make({ ...asked, currency }))
  return balance + limit < amount
    ? Decider.refuse({ _tag: "InsufficientFunds", balance, limit, requested: amount })
    : Decider.accept(MoneyWithdrawn.make({ ...asked, currency }))
}

// Events are not removed: another event reverses the deposit.
const decideReversal = (
  { deposit, reason }: Extract<Command, { readonly _tag: "ReverseDeposit" }>,
  { balance, currency, deposits, overdraftLimit: limit }: Open
): Decision =>
  Result.flatMap(Deposits.find(deposits, deposit), (amount) =>
    balance + limit < amount
      ? Decider.refuse({ _tag: "InsufficientFunds", balance, limit, requested: amount })
      : Decider.accept(DepositReversed.make({ amount, currency, of: deposit, reason })))

/** Applies an event. A fact is never refused: a real withdrawal may overdraw beyond every limit. */
const evolve = (state: State, event: Event): State => {
  if (state._tag === "Closed") return state
  const counted = { ...state, version: state.version + 1 }
  if (counted._tag === "Open") return evolveOpen(counted, event)
  if (event._tag !== "AccountOpened") return counted
  return {
    _tag: "Open",
    currency: event.currency,
    balance: 0,
    overdraftLimit: Amount.make(0),
    isFrozen: false,
    version: counted.version,
    deposits: []
  }
}

const evolveOpen = (state: Open, event: Event): State => {
  switch (event._tag) {
    case "AccountOpened":
      return state
    case "MoneyDeposited":
    case "InterestCredited":
    case "MoneyWithdrawn":
    case "FeeCharged":
    case "DepositReversed":
      return { ...state, balance: state.balance + changeOf(event), deposits: depositsAfter(state, event) }
    case "OverdraftLimitChanged":
      return { ...state, overdraftLimit: event.limit }
    case "AccountFrozen":
      return { ...state, isFrozen: true }
    case "AccountUnfrozen":
      return { ...state, isFrozen: false }
    case "AccountClosed":
      return { _tag: "Closed" }
  }
}

const depositsAfter = ({ deposits, version }: Open, event: Event): Deposits.Deposits => {
  switch (event._tag) {
    case "MoneyDeposited":
      return Deposits.add(deposits, version, event.amount)
    case "DepositReversed":
      return Deposits.reverse(deposits, event.of)
    default:
      return deposits
  }
}

/** The decider of accounts. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { _tag: "NotOpen", version: 0 },
  decide,
  evolve,
  isTerminal: (state) => state._tag === "Closed"
})

/** Accounts and their streams. A load replays at most 100 events: a snapshot is never older than that. */
export const aggregate = Aggregate.makeUnsafe({
  category: "account",
  events: codec,
  commands: Command,
  decider,
  snapshots: { name: "account", version: 2, state: State, every: 100 }
})

/** The balance of an account that is open, else 0. */
export const balanceOf = (state: State): Balance => (state._tag === "Open" ? state.balance : 0)
