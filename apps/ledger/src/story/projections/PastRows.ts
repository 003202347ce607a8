/** Rows as of a past day: a statement is folded from one account's events, a whole projection from the log. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as AsOf from "refold/AsOf"
import { EventReader } from "refold/EventReader"
import * as Past from "refold/PastRows"
import * as ReadModel from "refold/ReadModel"
import * as StreamName from "refold/StreamName"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import { first } from "../../Currency.ts"
import type { Statement } from "../../projection/Statements.ts"
import * as TopAccounts from "../../projection/TopAccounts.ts"
import * as Balance from "../../query/Balance.ts"
import * as Statements from "../../query/Statement.ts"
import { largest, topAccounts } from "../../query/TopAccounts.ts"
import { dailyTotals } from "../../query/Totals.ts"
import * as ReadSide from "../../ReadSide.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"
import { topAccountsOf } from "./BankTotals.ts"
import { inlineProjection } from "./Projections.ts"

// The end of the day in the middle of those with movements in crowns.
const middleDay = Effect.map(dailyTotals(first, "", ":"), (days) => {
  const date = days[Math.floor(days.length / 2)]?.period ?? "1970-01-01"
  return DateTime.makeUnsafe(`${date}T23:59:59.999Z`)
})

const topAsOf = (day: DateTime.Utc) =>
  Effect.scoped(Effect.flatMap(
    Past.asOf(TopAccounts.projection, AsOf.occurredAt(day)),
    (past) => past.query(largest(first, 3))
  ))

// Reads the rows at a position, appends an event, and counts the differences between the rows as of that position and those read.
const unequalRows = Effect.fnUntraced(function*(writer: string) {
  const position = yield* (yield* EventReader).head
  yield* ReadSide.awaitAll(position)
  const live = yield* Stream.runCollect(ReadModel.stream(TopAccounts.projection))
  const written = yield* Accounts.handle(writer, { _tag: "Deposit", amount: crowns(1), channel: "Cash" })
  yield* ReadModel.awaitPosition(TopAccounts.projection, written.position, { timeout: "1 minute" })
  const past = yield* Past.asOf(TopAccounts.projection, AsOf.position(position))
  const rows = new Map((yield* Stream.runCollect(past.stream())).map((row) => [row.key, row]))
  const unequal = live.filter((row) => !Equal.equals(row, rows.get(row.key))).length
  return unequal + Math.abs(live.length - rows.size)
}, Effect.scoped)

const closingOf = Option.match({
  onNone: () => "nothing",
  onSome: ({ state }: ReadModel.Row<Statement>) => format(state.closing)
})

/** Rows as of the past. */
export const pastRows: Chapter.StoreChapter = Chapter.make("past-rows", "Rows as of a past day", {
  needs: [inlineProjection],
  find: function*({ run }: Chapter.Input) {
    const instant = yield* middleDay
    const top = topAccountsOf((yield* topAccounts(first, 3)).rows)
    const topThen = topAccountsOf((yield* topAsOf(instant)).rows)
    const account = (topThen[0] ?? top[0])?.stream ?? ""
    const id = StreamName.id(yield* Effect.fromResult(StreamName.parse(account)))
    const day = DateTime.formatIsoDateUtc(instant)
    const unequal = yield* unequalRows(`eva-${run}`)
    const statement = yield* Statements.statement(id)
    const statementThen = yield* Statements.statementAsOf(id, instant)
    const balanceThen = yield* Balance.balanceAsOf(id, instant)
    const folded = yield* Accounts.load(id, { asOf: AsOf.occurredAt(instant) })
    return { instant, day, id, top, topThen, unequal, statement, statementThen, balanceThen, folded }
  },
  figure: ({ day, id, statement, statementThen }) =>
    `${id} had ${closingOf(statementThen)} on ${day}, and has ${closingOf(statement)} now`,
  checks: ({ balanceThen, folded, statementThen, unequal }) => ({
    "a statement as of a past day closes with the balance of that day": Option.exists(
      statementThen,
      ({ state }) => state.closing === Account.balanceOf(folded.state)
    ),
    "a balance as of a past day is the fold of the events up to then": Option.exists(
      balanceThen,
      ({ state }) => Equal.equals(state, folded.state)
    ),
    "rows as of a position are those that were read there, whatever was appended later": unequal === 0
  }),
  lines: ({ day, id, statement, statementThen, top, topThen }) => [
    `The statement of ${id} on ${day}, folded from the events of that account alone:`,
    table(Option.toArray(statementThen).flatMap(({ state }) => state.lines), ["day", "type"], ["change", "balance"]),
    `It closes with ${closingOf(statementThen)}; the current statement closes with ${closingOf(statement)}.`,
    `The largest accounts in CZK on ${day}, folded from the log up to that day:`,
    table(topThen, ["stream", "since"], ["balance"]),
    "The largest accounts now:",
    table(top, ["stream", "since"], ["balance"])
  ],
  facts: ({ instant, topThen }) => ({
    readSide: { asOf: { instant: DateTime.formatIso(instant), topAccounts: topThen } }
  })
})
