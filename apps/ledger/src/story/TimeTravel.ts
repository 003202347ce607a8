/**
 * Chapter: what was the balance then? By version, by the store's clock, by the clock of the world. The last two differ,
 * because a deposit of the 5th was entered after the withdrawal of the 10th.
 */
import * as AsOf from "@refold/core/journal/AsOf"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { type Balance, crowns } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

// An answer about the past.
interface Past<Point> {
  readonly asOf: Point
  readonly balance: Balance
}

/** The same account at several points. */
export interface TimeTravel {
  readonly _tag: "TimeTravel"
  readonly version: Past<number>
  /** Just before the back-dated deposit was entered: what the bank knew then. */
  readonly recordedAt: Past<DateTime.Utc>
  /** The day after the back-dated deposit: what had happened by then, as known today. */
  readonly occurredAt: Past<DateTime.Utc>
  readonly now: Balance
  readonly checks: ReadonlyArray<Check>
}

const march = (day: number): DateTime.Utc => DateTime.makeUnsafe({ year: 2026, month: 3, day })

/** Lives through ten days of March and looks back. */
export const tell = Effect.fnUntraced(function*(id: string) {
  const on = (day: number) => ({ occurredAt: march(day) })
  yield* Accounts.handle(id, { _tag: "OpenAccount", branch: "Olomouc", statements: "Monthly", currency: "CZK" }, on(1))
  yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" }, on(1))
  const before = yield* Accounts.handle(id, { _tag: "Withdraw", amount: crowns(300), channel: "Card" }, on(10))
  // Times are whole milliseconds: without a pause the next event may share this one's.
  yield* Effect.sleep("5 millis")
  const late = yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(50), channel: "Transfer" }, on(5))
  const balanceAt = (asOf: AsOf.AsOf) =>
    Effect.map(Accounts.load(id, { asOf }), ({ state }) => Account.balanceOf(state))
  return chapterOf({
    _tag: "TimeTravel",
    version: { asOf: 2, balance: yield* balanceAt(AsOf.version(2)) },
    recordedAt: { asOf: before.recordedAt, balance: yield* balanceAt(AsOf.recordedAt(before.recordedAt)) },
    occurredAt: { asOf: march(6), balance: yield* balanceAt(AsOf.occurredAt(march(6))) },
    now: Account.balanceOf(late.state)
  })
})

const chapterOf = (facts: Omit<TimeTravel, "checks">): TimeTravel => ({
  ...facts,
  checks: [
    check("as of a version, the events up to it count", facts.version.balance === crowns(1_000)),
    check("as of a recordedAt, what was entered later is not known", facts.recordedAt.balance === crowns(700)),
    check(
      "as of an occurredAt, a back-dated event counts from its own day",
      facts.occurredAt.balance === crowns(1_050)
    ),
    check("now, all of it counts", facts.now === crowns(750))
  ]
})
