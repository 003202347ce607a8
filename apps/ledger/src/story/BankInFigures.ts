/** Chapter: the bank in figures, read from rows alone, and held against each other, the log and the bank's files. */
import { EventReader } from "@refold/store/log/EventReader"
import type { Row } from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Currency from "../Currency.ts"
import type { Totals } from "../projection/DailyTotals.ts"
import type { TopAccount } from "../projection/TopAccounts.ts"
import * as Balance from "../query/Balance.ts"
import * as TopAccounts from "../query/TopAccounts.ts"
import { dailyTotals, monthlyTotals } from "../query/Totals.ts"
import * as ReadSide from "../ReadSide.ts"
import { type Check, check } from "./Check.ts"
import * as Figures from "./Figures.ts"

// What rows say about one currency.
interface InCurrency {
  readonly currency: Currency.Currency
  /** Open accounts, and what they hold together. */
  readonly accounts: number
  readonly balances: number
  /** All days together. */
  readonly totals: Figures.Sums
  /** The days with the most movements. */
  readonly busiest: ReadonlyArray<Totals>
  readonly top: ReadonlyArray<Row<TopAccount>>
}

/** The bank in figures. */
export interface BankInFigures {
  readonly _tag: "BankInFigures"
  readonly currencies: ReadonlyArray<InCurrency>
  readonly overdrawn: ReadonlyArray<Row<Account.State>>
  /** Movements in the log. */
  readonly movements: number
  /** Imported accounts whose row is not the sum of the files' amounts. */
  readonly imported: number
  readonly unlikeFiles: ReadonlyArray<string>
  readonly checks: ReadonlyArray<Check>
}

/** Asks for totals and for the largest accounts, and adds up. */
export const tell = Effect.fnUntraced(function*(folder: string) {
  const reader = yield* EventReader
  yield* ReadSide.awaitAll(yield* reader.head)
  const open = yield* Figures.openAccounts
  const currencies = yield* Effect.forEach(Currency.Currency.literals, (currency) => inCurrency(currency, open))
  const types = Account.movements.storedTypes()
  const movements = yield* Stream.runCount(reader.readAll({ types, categories: [Account.aggregate.category] }))
  const { rows: overdrawn } = yield* Balance.overdrawn(3)
  const inFiles = yield* Figures.sumsOfFiles(folder)
  const unlikeFiles = [...inFiles].filter(([key, sum]) => open.get(key)?.balance !== sum).map(([key]) => key)
  const facts = { currencies, overdrawn, movements, imported: inFiles.size, unlikeFiles }
  const months = yield* Effect.forEach(
    Currency.Currency.literals,
    (currency) => Effect.map(monthlyTotals(currency, ...always), Figures.sum)
  )
  return chapterOf(facts, months, open)
})

// Every year begins with a character between these two.
const always = ["", ":"] as const

const inCurrency = Effect.fnUntraced(function*(currency: Currency.Currency, open: Figures.OpenAccounts) {
  const days = yield* dailyTotals(currency, ...always)
  const own = [...open.values()].filter((account) => account.currency === currency)
  const found: InCurrency = {
    currency,
    accounts: own.length,
    balances: own.reduce((sum, { balance }) => sum + balance, 0),
    totals: Figures.sum(days),
    busiest: days.toSorted((one, two) => two.count - one.count).slice(0, 3),
    top: (yield* TopAccounts.topAccounts(currency, 3)).rows
  }
  return found
})

const chapterOf = (
  facts: Omit<BankInFigures, "checks" | "_tag">,
  months: ReadonlyArray<Figures.Sums>,
  open: Figures.OpenAccounts
): BankInFigures => {
  const { currencies, movements, unlikeFiles } = facts
  const count = currencies.reduce((sum, { totals }) => sum + totals.count, 0)
  return {
    _tag: "BankInFigures",
    ...facts,
    checks: [
      check(
        "in each currency the days' totals add up to the sum of its balances",
        currencies.every(({ balances, totals }) => totals.deposited - totals.withdrawn === balances)
      ),
      check("the days' totals count every movement in the log once", count === movements),
      check(
        "months and days add up to the same",
        currencies.every(({ totals }, index) => Equal.equals(totals, months[index]))
      ),
      check(
        "the largest accounts by the index are those that sorting all accounts finds",
        currencies.every(({ currency, top }) =>
          Equal.equals(top.map(({ state }) => state.balance), Figures.largest(open, currency, top.length))
        )
      ),
      check("each imported account's row is the sum of its amounts in the files", unlikeFiles.length === 0)
    ]
  }
}
