/** The words of the chapters about queries: balances, totals, the largest accounts, now and then. */
import type { Row } from "@refold/store/project/ReadModel"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Account from "../Account.ts"
import { format } from "../Amount.ts"
import type { Statement } from "../projection/Statements.ts"
import type { TopAccount } from "../projection/TopAccounts.ts"
import type { BankInFigures } from "../story/BankInFigures.ts"
import type { InlineBalance } from "../story/InlineBalance.ts"
import type { OwnWrites } from "../story/OwnWrites.ts"
import type { PastRows } from "../story/PastRows.ts"
import * as Table from "./Table.ts"

const count = (n: number): string => n.toLocaleString("en-US")

/** What there is to tell of this chapter. */
export const inlineBalance = ({ afterCommand, afterFact, interest }: InlineBalance): ReadonlyArray<string> => {
  const told = Option.match({
    onNone: () => "nothing",
    onSome: ({ state, version }: Row<Account.State>) => `${format(Account.balanceOf(state))} at version ${version}`
  })
  return [
    "Eva opens an account in EUR and pays in 200.00. The handler stores her balance in the statement that stores the",
    `event, so the row read next says ${told(afterCommand)}.`,
    `Interest of ${format(interest)} is then booked past all handlers; the next read folds it in: ${told(afterFact)}.`
  ]
}

/** What there is to tell of this chapter. */
export const ownWrites = ({ atOnce, awaited, timeout, waitedMs, written }: OwnWrites): ReadonlyArray<string> => [
  `The list of the largest accounts is made in the background. Eva's next deposit writes version ${written};`,
  `the list, read at once, ${atOnce === 0 ? "does not know her yet" : `has version ${atOnce}`}.`,
  `Read after waiting for the position of her write, for ${waitedMs.toFixed(1)} ms, it has version ${awaited}.`,
  `Who waits for what is not written is told so: ${timeout?.message ?? "nothing"}.`
]

/** What there is to tell of this chapter. */
export const bankInFigures = ({ currencies, imported, movements, overdrawn }: BankInFigures): ReadonlyArray<string> => [
  "All days together, by currency. What came less what went is what the accounts hold:",
  "",
  ...Table.lines(
    ["currency", "accounts", "movements", "deposited", "withdrawn", "balances"],
    currencies.map(({ accounts, balances, currency, totals }) => [
      currency,
      count(accounts),
      count(totals.count),
      format(totals.deposited),
      format(totals.withdrawn),
      format(balances)
    ])
  ),
  "",
  "The busiest days:",
  "",
  ...Table.lines(
    ["day", "currency", "deposited", "withdrawn", "movements"],
    currencies.flatMap(({ busiest, currency }) =>
      busiest.map((day) => [
        day.period,
        currency,
        format(day.deposited),
        format(day.withdrawn),
        count(day.count)
      ])
    )
  ),
  "",
  "The largest accounts, by the index on currency and balance:",
  "",
  ...topTable(currencies.flatMap(({ top }) => top)),
  "",
  overdrawn.length === 0
    ? "Nobody is overdrawn."
    : `Overdrawn the most: ${
      overdrawn.map(({ key, state }) => `${key} by ${format(-Account.balanceOf(state))}`).join(", ")
    }.`,
  `The log has ${count(movements)} movements; the balances of ${
    count(imported)
  } imported accounts were added up from ` +
  "the files as well."
]

const topTable = (top: ReadonlyArray<Row<TopAccount>>): ReadonlyArray<string> =>
  Table.lines(
    ["account", "currency", "balance", "since"],
    top.map(({ key, state: { balance, currency, since } }) => [key, currency, format(balance), since])
  )

/** What there is to tell of this chapter. */
export const pastRows = (
  { account, day, statement, statementThen, top, topThen }: PastRows
): ReadonlyArray<string> => [
  `The statement of ${account} on ${DateTime.formatIsoDateUtc(day)}, folded from the events of that account alone:`,
  "",
  ...Option.match(statementThen, { onNone: () => ["none"], onSome: statementLines }),
  "",
  `Its current statement is of ${Option.match(statement, { onNone: () => "no month", onSome: monthOf })}.`,
  "",
  `The largest accounts in CZK on ${DateTime.formatIsoDateUtc(day)}, folded from the whole log up to there:`,
  "",
  ...topTable(topThen),
  "",
  `Today: ${top.map(({ key, state }) => `${key} with ${format(state.balance)}`).join(", ")}.`
]

const statementLines = (statement: Statement): ReadonlyArray<string> => [
  ...Table.lines(["day", "what", "change", "balance"], [
    [statement.month, "opening balance", "", format(statement.opening)],
    ...statement.lines.map(({ balance, change, day, type }) => [day, type, format(change), format(balance)]),
    [statement.month, "closing balance", format(statement.closing - statement.opening), format(statement.closing)]
  ])
]

const monthOf = ({ closing, month, movements }: Statement): string =>
  `${month}: ${count(movements)} movements, closing with ${format(closing)}`
