/** Three customers with an account each, their commands and queries, and an employee of the bank. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Account from "../../Account.ts"
import type { Amount } from "../../Amount.ts"
import type { Currency } from "../../Currency.ts"
import * as Ledger from "../../Ledger.ts"
import { table } from "../Narration.ts"

/** A value for each customer: the id of an account, or its balance. */
export interface OfEach<A> {
  readonly fred: A
  readonly gina: A
  readonly hugo: A
}

/** The ids of the accounts in this run of the story. */
export const of = (run: string): OfEach<string> => ({ fred: `fred-${run}`, gina: `gina-${run}`, hugo: `hugo-${run}` })

/** The balances of the accounts, in minor units. */
export type Holdings = OfEach<number>

/** The current balances of the accounts, from rows. */
export const holdings = ({ fred, gina, hugo }: OfEach<string>) =>
  Effect.all({ fred: balance(fred), gina: balance(gina), hugo: balance(hugo) })

const balance = (id: string) =>
  Effect.map(
    Ledger.ask({ _tag: "BalanceOf", id }),
    Option.match({ onNone: () => 0, onSome: ({ state }) => Account.balanceOf(state) })
  )

/** The balances of the accounts at several moments, as a table. */
export const holdingsTable = (moments: Readonly<Record<string, Holdings>>) =>
  table(Object.entries(moments).map(([moment, held]) => ({ moment, ...held })), ["moment"], ["fred", "gina", "hugo"])

/** The currency of the accounts. */
export const currency: Currency = "EUR"

/** Opens an account and deposits an amount. */
export const open = Effect.fnUntraced(function*(id: string, amount: Amount, inCurrency = currency) {
  yield* Ledger.send(id, { _tag: "OpenAccount", branch: "Jihlava", statements: "Monthly", currency: inCurrency })
  return yield* Ledger.send(id, { _tag: "Deposit", amount, channel: "Cash" })
})

/** Requests a transfer. Money moves when the saga runs. */
export const request = (
  id: string,
  transfer: { readonly from: string; readonly to: string; readonly amount: Amount; readonly purpose: string }
) => Ledger.send(id, { _tag: "RequestTransfer", ...transfer, currency })

/** Runs an effect with the rights of an employee. */
export const asEmployee = Effect.provideService(Ledger.Caller, { name: "clerk-7", isEmployee: true })
