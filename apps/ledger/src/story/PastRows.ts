/** Chapter: rows as they were. One account's statement is folded from its own events, a whole projection from the log. */
import * as StreamName from "@refold/core/event/StreamName"
import * as AsOf from "@refold/core/journal/AsOf"
import { EventReader } from "@refold/store/log/EventReader"
import * as Past from "@refold/store/project/PastRows"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { crowns } from "../Amount.ts"
import { first } from "../Currency.ts"
import type { Statement } from "../projection/Statements.ts"
import * as TopAccounts from "../projection/TopAccounts.ts"
import * as Balance from "../query/Balance.ts"
import * as Statements from "../query/Statement.ts"
import { largest, topAccounts } from "../query/TopAccounts.ts"
import { dailyTotals } from "../query/Totals.ts"
import * as ReadSide from "../ReadSide.ts"
import { type Check, check } from "./Check.ts"

type Top = ReadonlyArray<ReadModel.Row<TopAccounts.TopAccount>>

/** The largest account's statement and the largest accounts, now and on a past day. */
export interface PastRows {
  readonly _tag: "PastRows"
  readonly day: DateTime.Utc
  readonly account: string
  readonly statement: Option.Option<Statement>
  readonly statementThen: Option.Option<Statement>
  readonly top: Top
  readonly topThen: Top
  readonly checks: ReadonlyArray<Check>
}

/** Looks at a day in the middle of the bank's life; `writer` is an account that moves in between two looks. */
export const tell = Effect.fnUntraced(function*(writer: string) {
  const day = yield* middleDay
  const top = (yield* topAccounts(first, 3)).rows
  const topThen = (yield* asOfDay(day)).rows
  const account = (topThen[0] ?? top[0])?.key ?? ""
  const id = StreamName.id(yield* Effect.fromResult(StreamName.parse(account)))
  const statementThen = yield* Statements.statementAsOf(id, day)
  const balanceThen = yield* Balance.balanceAsOf(id, day)
  const folded = yield* Accounts.load(id, { asOf: AsOf.occurredAt(day) })
  const unlike = yield* unlikeThen(writer)
  const stateOf = Option.map(({ state }: ReadModel.Row<Statement>) => state)
  const chapter: PastRows = {
    _tag: "PastRows",
    day,
    account: id,
    statement: stateOf(yield* Statements.statement(id)),
    statementThen: stateOf(statementThen),
    top,
    topThen,
    checks: [
      check(
        "a statement of a past day closes with the balance of that day",
        Option.exists(statementThen, ({ state }) => state.closing === Account.balanceOf(folded.state))
      ),
      check(
        "a balance as of a past day is the fold of what had happened by then",
        Option.exists(balanceThen, ({ state }) => Equal.equals(state, folded.state))
      ),
      check("rows as of a position are those that readers saw there, whatever came later", unlike === 0)
    ]
  }
  return chapter
})

// The end of the day in the middle of those on which crowns moved.
const middleDay = Effect.map(dailyTotals(first, "", ":"), (days) => {
  const date = days[Math.floor(days.length / 2)]?.period ?? "1970-01-01"
  return DateTime.makeUnsafe(`${date}T23:59:59.999Z`)
})

const asOfDay = (day: DateTime.Utc) =>
  Effect.scoped(Effect.flatMap(
    Past.asOf(TopAccounts.projection, AsOf.occurredAt(day)),
    (past) => past.query(largest(first, 3))
  ))

// How many rows of a position differ from those that were read when the projection was there. In between, one has moved.
const unlikeThen = Effect.fnUntraced(function*(writer: string) {
  const position = yield* (yield* EventReader).head
  yield* ReadSide.awaitAll(position)
  const live = yield* Stream.runCollect(ReadModel.stream(TopAccounts.projection))
  const written = yield* Accounts.handle(writer, { _tag: "Deposit", amount: crowns(1), channel: "Cash" })
  yield* ReadModel.awaitPosition(TopAccounts.projection, written.position, { timeout: "1 minute" })
  const past = yield* Past.asOf(TopAccounts.projection, AsOf.position(position))
  const rows = new Map((yield* Stream.runCollect(past.stream())).map((row) => [row.key, row]))
  const unlike = live.filter((row) => !Equal.equals(row, rows.get(row.key))).length
  return unlike + Math.abs(live.length - rows.size)
}, Effect.scoped)
