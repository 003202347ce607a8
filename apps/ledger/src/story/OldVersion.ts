/** Chapter: an event that an early release stored, under the name and in the shape of its time, is read as one of today. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { EventIds } from "@refold/store/log/EventIds"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as Account from "../Account.ts"
import * as Accounts from "../Accounts.ts"
import { crowns } from "../Amount.ts"
import { type Check, check } from "./Check.ts"

/** Stored then, read now. */
export interface OldVersion {
  readonly _tag: "OldVersion"
  readonly stored: ReadonlyArray<RecordedEvent>
  readonly read: ReadonlyArray<Account.Event>
  readonly checks: ReadonlyArray<Check>
}

/** Stores a deposit as the first release did, one as of today, and reads both. */
export const tell = Effect.fnUntraced(function*(id: string) {
  const store = yield* EventStore
  const { stream } = yield* Accounts.handle(id, {
    _tag: "OpenAccount",
    branch: "Ostrava",
    statements: "Monthly",
    currency: "CZK"
  })
  const old = { type: "MoneyPaidIn", schemaVersion: 1, data: { amount: crowns(80) } }
  const stamps = { id: yield* yield* EventIds, metadata: {}, occurredAt: DateTime.makeUnsafe("2019-06-01") }
  yield* store.append(stream, [{ ...old, ...stamps }])
  const { state } = yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(20), channel: "Cash" })
  const types = Account.codec.storedTypes(["MoneyDeposited"])
  const stored = yield* Stream.runCollect(store.readStream(stream, { types }))
  const read = yield* Effect.forEach(stored, (row) => Effect.fromResult(Account.codec.decode(row)))
  const chapter: OldVersion = {
    _tag: "OldVersion",
    stored,
    read,
    checks: [
      check(
        "an event stored in version 1 under its former name is read in version 3, in crowns",
        Equal.equals(
          read[0],
          Account.MoneyDeposited.make({ amount: crowns(80), currency: "CZK", channel: "Unspecified" })
        )
      ),
      check("the stored row stays as it was written", stored[0]?.type === old.type && stored[0].schemaVersion === 1),
      check("old and new events fold into one balance", Account.balanceOf(state) === crowns(100))
    ]
  }
  return chapter
})
