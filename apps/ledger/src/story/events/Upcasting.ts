/** An event of an early release, stored with its former name and schema, is read as an event of today. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as EventCodec from "refold/EventCodec"
import { EventIds } from "refold/EventIds"
import { EventStore } from "refold/EventStore"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns } from "../../Amount.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"

const old = { type: "MoneyPaidIn", schemaVersion: 1, data: { amount: crowns(80) } }

/** An event of an old schema version. */
export const upcasting: Chapter.StoreChapter = Chapter.make("upcasting", "An event of an old schema version", {
  find: function*({ run }: Chapter.Input) {
    const id = `dora-${run}`
    const store = yield* EventStore
    const open = { _tag: "OpenAccount", branch: "Ostrava", statements: "Monthly", currency: "CZK" } as const
    const { stream } = yield* Accounts.handle(id, open)
    const stamps = { id: yield* yield* EventIds, metadata: {}, occurredAt: DateTime.makeUnsafe("2019-06-01") }
    yield* store.append(stream, [{ ...old, ...stamps }])
    const { state } = yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(20), channel: "Cash" })
    const types = Account.codec.storedTypes(["MoneyDeposited"])
    const stored = yield* Stream.runCollect(store.readStream(stream, { types }))
    const read = yield* Effect.fromResult(EventCodec.decodeAll(Account.codec, stored))
    return { stored, read, balance: Account.balanceOf(state) }
  },
  figure: ({ read, stored: [first] }) =>
    `${first?.type} in schema version ${first?.schemaVersion} is read as ${read[0]?._tag}`,
  checks: ({ balance, read: [first], stored: [row] }) => ({
    "an event stored in version 1 under its former name is read in version 3, in crowns": Equal.equals(
      first,
      Account.MoneyDeposited.make({ amount: crowns(80), currency: "CZK", channel: "Unspecified" })
    ),
    "the stored row stays as it was written": row?.type === old.type && row.schemaVersion === 1,
    "old and new events fold into one balance": balance === crowns(100)
  }),
  lines: ({ read, stored }) => [
    "Dora's account holds a deposit as the first release stored it and a deposit of today. Both are read as of today:",
    table(stored, ["type", "schemaVersion", "data"]),
    "They are read as:",
    table(read.map(({ _tag, ...fields }) => ({ event: _tag, fields })))
  ]
})
