/** Sums by hand, for checks: over rows of balances, over totals, over the amounts in the bank's files. */
import * as StreamName from "@refold/core/event/StreamName"
import type { Row } from "@refold/store/project/ReadModel"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import type { Currency } from "../Currency.ts"
import * as Plan from "../import/Plan.ts"
import * as Source from "../import/Source.ts"
import * as Balances from "../projection/Balances.ts"
import type { Totals } from "../projection/DailyTotals.ts"

type Open = Extract<Account.State, { readonly _tag: "Open" }>

/** Open accounts by the name of their stream. */
export type OpenAccounts = ReadonlyMap<string, Open>

/** All open accounts, from the rows of their balances. */
export const openAccounts = ReadModel.stream(Balances.projection, { index: "byStatus", where: { status: "Open" } })
  .pipe(
    Stream.runFold(() => new Map<string, Open>(), (open, { key, state }) => {
      if (state._tag === "Open") open.set(key, state)
      return open
    })
  )

/** A row that holds more than the balance of its account, or less where `difference` is below 0. */
export interface Unlike {
  readonly key: string
  readonly difference: number
}

/** The rows that differ from the balances of their accounts; an account that is closed holds nothing. */
export const unlikeBalances = (rows: ReadonlyArray<Row<{ readonly balance: number }>>) =>
  Effect.map(openAccounts, (open) =>
    rows
      .map(({ key, state }): Unlike => ({ key, difference: state.balance - (open.get(key)?.balance ?? 0) }))
      .filter(({ difference }) => difference !== 0))

/** The balances of the largest accounts in a currency, found by looking at all of them. */
export const largest = (open: OpenAccounts, currency: Currency, limit: number): ReadonlyArray<number> =>
  [...open.values()]
    .filter((account) => account.currency === currency)
    .map(({ balance }) => balance)
    .toSorted((one, two) => two - one)
    .slice(0, limit)

/** What several days or months come to. */
export interface Sums {
  readonly deposited: number
  readonly withdrawn: number
  readonly count: number
}

/** Adds up days or months. */
export const sum = (totals: ReadonlyArray<Totals>): Sums =>
  totals.reduce<Sums>(
    (sum, { count, deposited, withdrawn }) => ({
      deposited: sum.deposited + deposited,
      withdrawn: sum.withdrawn + withdrawn,
      count: sum.count + count
    }),
    { deposited: 0, withdrawn: 0, count: 0 }
  )

/** By stream, what the amounts of a folder's transactions come to: read from the files, with no event involved. */
export const sumsOfFiles = Effect.fnUntraced(function*(folder: string) {
  const accounts = yield* Source.accounts(folder)
  const keyOf = (accountId: number) =>
    StreamName.make(Account.aggregate.category, Plan.idOf(Source.nameOf(folder), accountId))
  const sums = new Map<number, number>([...accounts.keys()].map((id) => [id, 0]))
  yield* Stream.runForEachArray(Source.transactions(folder, accounts), (rows) =>
    Effect.sync(() => {
      for (const { accountId, change } of rows) sums.set(accountId, (sums.get(accountId) ?? 0) + change)
    }))
  const byStream = new Map<string, number>()
  for (const [id, sum] of sums) byStream.set(yield* Effect.fromResult(keyOf(id)), sum)
  return byStream
})
