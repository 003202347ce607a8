/** Who the last chapters are about, what they can be asked, and a clerk. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Account from "../Account.ts"
import type { Amount } from "../Amount.ts"
import type { Currency } from "../Currency.ts"
import * as Ledger from "../Ledger.ts"

/** Three accounts in one currency. */
export interface People {
  readonly fred: string
  readonly gina: string
  readonly hugo: string
}

/** The ids of their accounts in this run of the story. */
export const of = (run: string): People => ({ fred: `fred-${run}`, gina: `gina-${run}`, hugo: `hugo-${run}` })

/** What they hold. */
export interface Holdings {
  readonly fred: number
  readonly gina: number
  readonly hugo: number
}

/** What they hold now, from rows. */
export const holdings = ({ fred, gina, hugo }: People) =>
  Effect.all({ fred: balance(fred), gina: balance(gina), hugo: balance(hugo) })

const balance = (id: string) =>
  Effect.map(
    Ledger.ask({ _tag: "BalanceOf", id }),
    Option.match({ onNone: () => 0, onSome: ({ state }) => Account.balanceOf(state) })
  )

/** The currency of their accounts. */
export const currency: Currency = "EUR"

/** Opens an account, and pays something in. */
export const open = Effect.fnUntraced(function*(id: string, amount: Amount) {
  yield* Ledger.send(id, { _tag: "OpenAccount", branch: "Jihlava", statements: "Monthly", currency })
  yield* Ledger.send(id, { _tag: "Deposit", amount, channel: "Cash" })
})

/** Asks for a transfer; nothing moves before the saga is run. */
export const request = (
  id: string,
  asked: { readonly from: string; readonly to: string; readonly amount: Amount; readonly purpose: string }
) => Ledger.send(id, { _tag: "RequestTransfer", ...asked, currency })

/** Does something as an employee of the bank. */
export const asEmployee = Effect.provideService(Ledger.Caller, { name: "clerk-7", isEmployee: true })
