/** Sums that checks compare with rows: over balances, over totals, over the amounts in the bank's files. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Row } from "refold/ReadModel"
import * as ReadModel from "refold/ReadModel"
import * as StreamName from "refold/StreamName"
import * as Account from "../../Account.ts"
import type { Currency } from "../../Currency.ts"
import * as Plan from "../../import/Plan.ts"
import * as Source from "../../import/Source.ts"
import * as Balances from "../../projection/Balances.ts"
import type { Totals } from "../../projection/DailyTotals.ts"

/** The part of the log that moves money. */
export const movements = { categories: [Account.aggregate.category], types: Account.movements.storedTypes() }

type Open = Extract<Account.State, { readonly _tag: "Open" }>

/** Open accounts by stream name. */
export type OpenAccounts = ReadonlyMap<string, Open>

/** All open accounts, from the rows of their balances. */
export const openAccounts = ReadModel.stream(Balances.projection, { index: "byStatus", where: { status: "Open" } })
  .pipe(
    Stream.runFold(() => new Map<string, Open>(), (open, { key, state }) => {
      if (state._tag === "Open") open.set(key, state)
      return open
    })
  )

/** The rows that differ from the balances of their accounts, with the difference; a closed account counts as 0. */
export const unequalBalances = (rows: ReadonlyArray<Row<{ readonly balance: number }>>) =>
  Effect.map(openAccounts, (open) =>
    rows
      .map(({ key, state }) => ({ key, difference: state.balance - (open.get(key)?.balance ?? 0) }))
      .filter(({ difference }) => difference !== 0))

/** The largest balances in a currency, found by sorting all accounts. */
export const largest = (open: OpenAccounts, currency: Currency, limit: number): ReadonlyArray<number> =>
  [...open.values()]
    .filter((account) => account.currency === currency)
    .map(({ balance }) => balance)
    .toSorted((one, two) => two - one)
    .slice(0, limit)

/** The sums of several days or months. */
export type Sums = Readonly<Record<"deposited" | "withdrawn" | "count", number>>

/** Adds up days or months. */
export const sum = (totals: ReadonlyArray<Totals>): Sums => {
  const of = (field: keyof Sums) => totals.reduce((sum, one) => sum + one[field], 0)
  return { deposited: of("deposited"), withdrawn: of("withdrawn"), count: of("count") }
}

/** The sum of each account's amounts in the files of a folder, by stream name. No event is involved. */
export const sumsOfFiles = Effect.fnUntraced(function*(folder: string) {
  const accounts = yield* Source.accounts(folder)
  const sums = new Map<number, number>([...accounts.keys()].map((id) => [id, 0]))
  yield* Stream.runForEachArray(Source.transactions(folder, accounts), (rows) =>
    Effect.sync(() => {
      for (const { accountId, change } of rows) sums.set(accountId, (sums.get(accountId) ?? 0) + change)
    }))
  const byStream = new Map<string, number>()
  for (const [accountId, sum] of sums) {
    const id = Plan.idOf(Source.nameOf(folder), accountId)
    byStream.set(yield* Effect.fromResult(StreamName.make(Account.aggregate.category, id)), sum)
  }
  return byStream
})
