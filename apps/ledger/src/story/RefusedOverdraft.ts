/** Chapter: an account says no, which is a value and not an accident; with an agreed overdraft it says yes. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Amount, type Balance, crowns } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

/** A withdrawal that was refused, and then was not. */
export interface RefusedOverdraft {
  readonly _tag: "RefusedOverdraft"
  readonly requested: Amount
  /** None where the account, wrongly, did not refuse. */
  readonly refusal: Account.Refusal | undefined
  readonly limit: Amount
  readonly balance: Balance
  readonly checks: ReadonlyArray<Check>
}

/** Withdraws more than there is, agrees a limit, withdraws again. */
export const tell = Effect.fnUntraced(function*(id: string) {
  const requested = crowns(1_000)
  const limit = crowns(300)
  const withdraw = Accounts.handle(id, { _tag: "Withdraw", amount: requested, channel: "Transfer" })
  const before = yield* Accounts.load(id)
  const refusal = yield* withdraw.pipe(
    Effect.as(undefined),
    Effect.catchTag("InsufficientFunds", (refusal) => Effect.succeed(refusal))
  )
  const after = yield* Accounts.load(id)
  yield* Accounts.handle(id, { _tag: "SetOverdraftLimit", limit })
  const agreed = yield* withdraw
  const expected = { _tag: "InsufficientFunds", balance: Account.balanceOf(before.state), limit: crowns(0), requested }
  const chapter: RefusedOverdraft = {
    _tag: "RefusedOverdraft",
    requested,
    refusal,
    limit,
    balance: Account.balanceOf(agreed.state),
    checks: [
      check("a withdrawal beyond the limit is refused, with the reason", Equal.equals(refusal, expected)),
      check("a refusal stores nothing", after.version === before.version),
      check(
        "within an agreed overdraft the same withdrawal goes through",
        Account.balanceOf(agreed.state) === 0 - crowns(250)
      )
    ]
  }
  return chapter
})
