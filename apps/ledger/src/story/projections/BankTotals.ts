/** Totals by day, month and currency, read from rows, and compared with balances, the log and the bank's files. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import { EventReader } from "refold/EventReader"
import type { Row } from "refold/ReadModel"
import * as Account from "../../Account.ts"
import { format } from "../../Amount.ts"
import * as Currency from "../../Currency.ts"
import type { TopAccount } from "../../projection/TopAccounts.ts"
import * as Balance from "../../query/Balance.ts"
import * as TopAccounts from "../../query/TopAccounts.ts"
import { dailyTotals, monthlyTotals } from "../../query/Totals.ts"
import * as ReadSide from "../../ReadSide.ts"
import * as Chapter from "../Chapter.ts"
import { count, table } from "../Narration.ts"
import * as BalanceSums from "../support/BalanceSums.ts"
import { projections } from "./Projections.ts"

// Every year begins with a character between these two.
const always = ["", ":"] as const

/** The rows of the largest accounts, with their streams. */
export const topAccountsOf = (rows: ReadonlyArray<Row<TopAccount>>) =>
  rows.map(({ key, state }) => ({ stream: key, ...state }))

const inCurrency = Effect.fnUntraced(function*(currency: Currency.Currency, open: BalanceSums.OpenAccounts) {
  const days = yield* dailyTotals(currency, ...always)
  const own = [...open.values()].filter((account) => account.currency === currency)
  const topAccounts = topAccountsOf((yield* TopAccounts.topAccounts(currency, 3)).rows)
  const balances = own.reduce((sum, { balance }) => sum + balance, 0)
  return {
    row: { currency, accounts: own.length, balances, ...BalanceSums.sum(days), topAccounts },
    ofMonths: BalanceSums.sum(yield* monthlyTotals(currency, ...always)),
    busiest: days.toSorted((one, two) => two.count - one.count).slice(0, 3),
    largest: BalanceSums.largest(open, currency, topAccounts.length)
  }
})

/** The totals of the bank. */
export const bankTotals: Chapter.StoreChapter = Chapter.make("totals", "The totals of the bank", {
  needs: [projections],
  find: function*({ folder }: Chapter.Input) {
    const reader = yield* EventReader
    yield* ReadSide.awaitAll(yield* reader.head)
    const open = yield* BalanceSums.openAccounts
    const totals = yield* Effect.forEach(Currency.Currency.literals, (currency) => inCurrency(currency, open))
    const movements = yield* Stream.runCount(reader.readAll(BalanceSums.movements))
    const { rows: overdrawn } = yield* Balance.overdrawn(3)
    const inFiles = yield* BalanceSums.sumsOfFiles(folder)
    const unequal = [...inFiles].filter(([key, sum]) => open.get(key)?.balance !== sum)
    const currencies = totals.map(({ row }) => row)
    const counted = currencies.reduce((sum, { count }) => sum + count, 0)
    return { totals, currencies, counted, overdrawn, movements, imported: inFiles.size, unequal }
  },
  figure: ({ currencies, movements }) =>
    `${count(movements)} movements; ` +
    currencies.map(({ balances, currency }) => `${currency} ${format(balances)}`).join(", "),
  checks: ({ counted, currencies, movements, totals, unequal }) => ({
    "in each currency the totals of the days add up to the sum of the balances": currencies.every(
      ({ balances, deposited, withdrawn }) => deposited - withdrawn === balances
    ),
    "the totals of the days count every movement in the log once": counted === movements,
    "months and days add up to the same": totals.every(({ ofMonths, row: { count, deposited, withdrawn } }) =>
      Equal.equals({ deposited, withdrawn, count }, ofMonths)
    ),
    "the largest accounts by the index are those that sorting all accounts finds": totals.every(
      ({ largest, row }) => Equal.equals(row.topAccounts.map(({ balance }) => balance), largest)
    ),
    "each imported account's row is the sum of its amounts in the files": unequal.length === 0
  }),
  lines: ({ currencies, imported, movements, overdrawn, totals }) => [
    "All days together, by currency. Deposits less withdrawals are the balances:",
    table(currencies, ["currency", "accounts", "count"], ["deposited", "withdrawn", "balances"]),
    "The busiest days:",
    table(totals.flatMap(({ busiest }) => busiest), ["period", "currency", "count"], ["deposited", "withdrawn"]),
    "The largest accounts, by the index on currency and balance:",
    table(currencies.flatMap(({ topAccounts }) => topAccounts), ["stream", "currency", "since"], ["balance"]),
    "The most overdrawn accounts:",
    table(overdrawn.map(({ key, state }) => ({ key, balance: Account.balanceOf(state) })), ["key"], ["balance"]),
    `The log has ${count(movements)} movements.`,
    `The balances of ${count(imported)} imported accounts were also added up from the files.`
  ],
  facts: ({ currencies, movements }) => ({ readSide: { movements, currencies } })
})
