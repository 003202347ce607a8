/**
 * The events of a folder, in the order of their days: each with its place in its stream and an id that
 * depends on nothing but the files. Planning writes nothing, so it can be repeated.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { NewEvent } from "refold/NewEvent"
import * as StreamName from "refold/StreamName"
import * as Account from "../Account.ts"
import type { AccountRow } from "./AccountRow.ts"
import { BadInput } from "./BadInput.ts"
import * as DayOrder from "./DayOrder.ts"
import * as ImportedEvent from "./ImportedEvent.ts"
import * as Source from "./Source.ts"
import type { TransactionRow } from "./TransactionRow.ts"

/** An event of one account, the `version`-th of its stream. */
export interface PlannedEvent {
  readonly accountId: number
  readonly stream: StreamName.StreamName
  readonly version: number
  readonly event: NewEvent
  /** Of a transaction; an opening has none. */
  readonly entry?: Entry
}

// The fields of a transaction in the bank's books that are not in the event.
interface Entry {
  /** The bank's own balance after it. */
  readonly balance: number
  /** Whether its day's order is known from the balances. */
  readonly isChain: boolean
  /** Whether it ends a day with a gap that rounding does not explain. */
  readonly isGap: boolean
}

/** The id of an imported account among all accounts of the store. */
export const idOf = (source: string, accountId: number): string => `${source}-${accountId}`

/** The events of a folder. Holds one day of rows and a few words per account, however long the files are. */
export const events = (folder: string): Stream.Stream<PlannedEvent, BadInput> =>
  Stream.unwrap(Effect.map(Source.accounts(folder), (accounts) => {
    const book = open(folder, accounts)
    return Source.transactions(folder, accounts).pipe(
      Stream.groupAdjacentBy(({ day }) => day.epochMilliseconds),
      Stream.mapEffect(([day, rows]) => Effect.fromResult(planDay(book, day, rows))),
      Stream.concat(Stream.fromEffect(Effect.suspend(() => Effect.fromResult(planDay(book, Infinity, []))))),
      Stream.flattenIterable
    )
  }))

// The progress of planning.
interface Book {
  readonly source: string
  readonly accounts: ReadonlyMap<number, AccountRow>
  /** The accounts not yet opened, the next one last. */
  readonly waiting: Array<AccountRow>
  readonly ends: Map<number, End>
}

// The progress of an account: its last event and the bank's balance after it.
interface End {
  readonly stream: StreamName.StreamName
  readonly version: number
  readonly lastId: string
  readonly balance: number
}

type Planned<A> = Result.Result<A, BadInput>

const open = (folder: string, accounts: Book["accounts"]): Book => ({
  source: Source.nameOf(folder),
  accounts,
  waiting: [...accounts.values()].toSorted((a, b) => b.openedOn.epochMilliseconds - a.openedOn.epochMilliseconds),
  ends: new Map()
})

const planDay = (book: Book, day: number, rows: ReadonlyArray<TransactionRow>): Planned<ReadonlyArray<PlannedEvent>> =>
  Result.gen(function*() {
    const planned: Array<PlannedEvent> = []
    for (const account of dueBy(book, day)) planned.push(yield* planOpening(book, account))
    for (const [accountId, own] of Map.groupBy(rows, ({ accountId }) => accountId)) {
      // Money may move before the account's opening date; the opening comes first all the same.
      if (!book.ends.has(accountId)) planned.push(yield* planOpening(book, book.accounts.get(accountId)!))
      const { entries, isChain, isGap } = DayOrder.recover(book.ends.get(accountId)!.balance, own)
      for (const [index, row] of entries.entries()) {
        const isLast = index === entries.length - 1
        planned.push(yield* planTransaction(book, row, { isChain, isGap: isGap && isLast }))
      }
    }
    return planned
  })

// The accounts to open by then, those that had to be opened early left out.
function* dueBy({ ends, waiting }: Book, day: number): Generator<AccountRow> {
  for (let next = waiting.at(-1); next !== undefined && next.openedOn.epochMilliseconds <= day; next = waiting.at(-1)) {
    waiting.pop()
    if (!ends.has(next.accountId)) yield next
  }
}

const planOpening = (book: Book, row: AccountRow): Planned<PlannedEvent> =>
  Result.gen(function*() {
    const { accountId, raw } = row
    const stream = yield* Result.mapError(
      StreamName.make(Account.aggregate.category, idOf(book.source, accountId)),
      ({ rule }) => new BadInput({ ...raw.place, rule: `must be in a folder whose name a stream can bear: ${rule}` })
    )
    const event = yield* ImportedEvent.ofAccount(row, { source: book.source, previousId: "" })
    book.ends.set(accountId, { stream, version: 1, lastId: event.id, balance: 0 })
    return { accountId, stream, version: 1, event }
  })

const planTransaction = (
  book: Book,
  row: TransactionRow,
  day: Pick<Entry, "isChain" | "isGap">
): Planned<PlannedEvent> =>
  Result.gen(function*() {
    const { accountId, balance } = row
    // planDay has opened the account.
    const { lastId, stream, version } = book.ends.get(accountId)!
    // Source has checked that each transaction is of an account of the files.
    const { currency } = book.accounts.get(accountId)!
    const event = yield* ImportedEvent.ofTransaction(row, currency, { source: book.source, previousId: lastId })
    book.ends.set(accountId, { stream, version: version + 1, lastId: event.id, balance })
    return { accountId, stream, version: version + 1, event, entry: { ...day, balance } }
  })
