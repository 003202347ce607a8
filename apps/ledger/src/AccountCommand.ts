/** The commands of a bank account, and its refusals. */
import * as Schema from "effect/Schema"
import { Channel, remarks, Statements } from "./AccountEvent.ts"
import { Amount, type Balance } from "./Amount.ts"
import { Currency } from "./Currency.ts"
import type * as Deposits from "./Deposits.ts"

// A command in another currency than the account's is refused.
const movement = { amount: Amount, channel: Channel, currency: Schema.optionalKey(Currency), ...remarks }

/** The commands of an account and their shapes; business rules are in `decide`. */
export const Command = Schema.Union([
  Schema.TaggedStruct("OpenAccount", { branch: Schema.String, statements: Statements, currency: Currency }),
  Schema.TaggedStruct("Deposit", movement),
  Schema.TaggedStruct("Withdraw", movement),
  Schema.TaggedStruct("ReverseDeposit", {
    /** The version at which the deposit was stored, from the answer to its command. */
    deposit: Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0))),
    reason: Schema.String
  }),
  Schema.TaggedStruct("SetOverdraftLimit", { limit: Amount }),
  Schema.TaggedStruct("FreezeAccount", { reason: Schema.String }),
  Schema.TaggedStruct("UnfreezeAccount", {}),
  Schema.TaggedStruct("CloseAccount", {})
])
/** The commands of an account. */
export type Command = typeof Command.Type

/** The refusals of an account. */
export type Refusal =
  | { readonly _tag: "AccountNotOpen" }
  | { readonly _tag: "AccountAlreadyOpen" }
  | { readonly _tag: "AccountIsClosed" }
  | { readonly _tag: "AccountIsFrozen" }
  | { readonly _tag: "AmountIsZero" }
  | { readonly _tag: "OtherCurrency"; readonly currency: Currency; readonly requested: Currency }
  | {
    readonly _tag: "InsufficientFunds"
    readonly balance: Balance
    readonly limit: Amount
    readonly requested: Amount
  }
  | Deposits.Refusal
  | { readonly _tag: "LimitBelowDebt"; readonly balance: Balance; readonly requested: Amount }
  | { readonly _tag: "BalanceNotZero"; readonly balance: Balance }
