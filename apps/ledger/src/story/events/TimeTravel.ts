/**
 * A past balance: as of a version, as of the time of recording, as of the time of occurrence. The last two differ,
 * because a deposit of the 5th is recorded after the withdrawal of the 10th.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as AsOf from "refold/AsOf"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"

const march = (day: number): DateTime.Utc => DateTime.makeUnsafe({ year: 2026, month: 3, day })

/** Balances as of the past. */
export const timeTravel: Chapter.StoreChapter = Chapter.make("time-travel", "Time travel", {
  find: function*({ run }: Chapter.Input) {
    const id = `cleo-${run}`
    const on = (day: number, command: Account.Command) => Accounts.handle(id, command, { occurredAt: march(day) })
    yield* on(1, { _tag: "OpenAccount", branch: "Olomouc", statements: "Monthly", currency: "CZK" })
    yield* on(1, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
    const { recordedAt } = yield* on(10, { _tag: "Withdraw", amount: crowns(300), channel: "Card" })
    // Times are whole milliseconds: without a pause the next event may have the same one.
    yield* Effect.sleep("5 millis")
    const late = yield* on(5, { _tag: "Deposit", amount: crowns(50), channel: "Transfer" })
    const balanceAt = (asOf: AsOf.AsOf) =>
      Effect.map(Accounts.load(id, { asOf }), ({ state }) => Account.balanceOf(state))
    const [recorded, occurred] = [recordedAt, march(6)].map(DateTime.formatIso)
    return {
      asOfVersion: { version: 2, balance: yield* balanceAt(AsOf.version(2)) },
      asOfRecordedAt: { instant: recorded, balance: yield* balanceAt(AsOf.recordedAt(recordedAt)) },
      asOfOccurredAt: { instant: occurred, balance: yield* balanceAt(AsOf.occurredAt(march(6))) },
      now: { balance: Account.balanceOf(late.state) }
    }
  },
  figure: ({ asOfOccurredAt, asOfRecordedAt, now }) =>
    `one account, three balances: ${format(asOfRecordedAt.balance)} as recorded, ` +
    `${format(asOfOccurredAt.balance)} as occurred, ${format(now.balance)} now`,
  checks: ({ asOfOccurredAt, asOfRecordedAt, asOfVersion, now }) => ({
    "as of a version includes the events up to it": asOfVersion.balance === crowns(1_000),
    "as of a recordedAt excludes events recorded later": asOfRecordedAt.balance === crowns(700),
    "as of an occurredAt includes a back-dated event from its own day on": asOfOccurredAt.balance === crowns(1_050),
    "the current balance includes all events": now.balance === crowns(750)
  }),
  lines: ({ asOfOccurredAt, asOfRecordedAt, asOfVersion, now }) => [
    "Cleo deposits 1,000.00 on 1 March and withdraws 300.00 on 10 March.",
    "After that, the bank records a deposit of 50.00 that occurred on 5 March.",
    table(
      [
        { asOf: "version 2", instant: "", ...asOfVersion },
        { asOf: "time of recording", ...asOfRecordedAt },
        { asOf: "time of occurrence", ...asOfOccurredAt },
        { asOf: "now", instant: "", ...now }
      ],
      ["asOf", "instant"],
      ["balance"]
    ),
    "As recorded, the 50.00 are missing; as occurred, the 300.00 are not withdrawn yet."
  ],
  facts: (temporal) => ({ temporal })
})
