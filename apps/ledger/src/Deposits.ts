/** The latest deposits of an account, which can be reversed. The list is short, because every stored state contains it. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Amount } from "./Amount.ts"

/** A deposit, and the version at which it was stored. */
const Deposit = Schema.Struct({ version: Schema.Int, amount: Amount, isReversed: Schema.Boolean })
type Deposit = typeof Deposit.Type

/** The latest deposits in their order. */
export const Deposits = Schema.Array(Deposit)
/** The latest deposits in their order. */
export type Deposits = typeof Deposits.Type

// The number of deposits in the state. Older ones cannot be reversed by a command.
const most = 10

/** The refusal of a reversal. */
export type Refusal =
  | { readonly _tag: "NoSuchDeposit"; readonly deposit: number }
  | { readonly _tag: "DepositTooOld"; readonly deposit: number }
  | { readonly _tag: "DepositAlreadyReversed"; readonly deposit: number }

/** The deposits with one more, without the oldest if the limit is reached. */
export const add = (deposits: Deposits, version: number, amount: Amount): Deposits => [
  ...deposits.slice(1 - most),
  { version, amount, isReversed: false }
]

/** The deposits with one of them reversed. */
export const reverse = (deposits: Deposits, version: number): Deposits =>
  deposits.map((deposit) => deposit.version === version ? { ...deposit, isReversed: true } : deposit)

/** The amount of a deposit that can be reversed, or the refusal. */
export const find = (deposits: Deposits, version: number): Result.Result<Amount, Refusal> => {
  const found = deposits.find((deposit) => deposit.version === version)
  if (found !== undefined) {
    return found.isReversed
      ? Result.fail({ _tag: "DepositAlreadyReversed", deposit: version })
      : Result.succeed(found.amount)
  }
  // The state no longer has the deposits of these versions.
  const isForgotten = deposits.length === most && version < deposits[0]!.version
  return Result.fail({ _tag: isForgotten ? "DepositTooOld" : "NoSuchDeposit", deposit: version })
}
