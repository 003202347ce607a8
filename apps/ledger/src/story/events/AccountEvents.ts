/** An account consists of events: commands store them or are refused, and the state is their fold. */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import { EventStore } from "refold/EventStore"
import * as View from "refold/View"
import * as Account from "../../Account.ts"
import * as Accounts from "../../Accounts.ts"
import { crowns, format } from "../../Amount.ts"
import * as Chapter from "../Chapter.ts"
import { table } from "../Narration.ts"

/** Three commands, the rows that they store, and the balance. */
export const firstEvents: Chapter.StoreChapter = Chapter.make("first-events", "The first events of an account", {
  find: function*({ run }: Chapter.Input) {
    const id = `ada-${run}`
    yield* Accounts.handle(id, { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency: "CZK" })
    yield* Accounts.handle(id, { _tag: "Deposit", amount: crowns(1_000), channel: "Cash" })
    const { state, stream } = yield* Accounts.handle(id, { _tag: "Withdraw", amount: crowns(250), channel: "Card" })
    const rows = yield* Stream.runCollect((yield* EventStore).readStream(stream))
    return { rows, types: rows.map(({ type }) => type).join(" "), balance: Account.balanceOf(state) }
  },
  figure: ({ balance, rows }) =>
    `3 commands store ${rows.length} events; their fold is the balance, ${format(balance)}`,
  checks: ({ balance, rows, types }) => ({
    "three commands stored one row each": types === "AccountOpened MoneyDeposited MoneyWithdrawn",
    "the versions of a stream have no gap": rows.every(({ version }, index) => version === index + 1),
    "the state follows from the events": balance === crowns(750)
  }),
  lines: ({ balance, rows }) => [
    "Ada opens an account, deposits 1,000.00 in cash and pays 250.00 by card. The store now holds:",
    table(rows, ["position", "version", "type", "schemaVersion", "recordedAt", "data"]),
    `No row holds a balance. The balance is the fold of the rows: ${format(balance)}.`
  ]
})

const requested = crowns(1_000)
const limit = crowns(300)

/** A refusal is a value, not an exception. With an overdraft limit the same withdrawal is accepted. */
export const refusedOverdraft: Chapter.StoreChapter = Chapter.make("refused-overdraft", "A refused overdraft", {
  needs: [firstEvents],
  find: function*({ run }: Chapter.Input) {
    const id = `ada-${run}`
    const withdraw = Accounts.handle(id, { _tag: "Withdraw", amount: requested, channel: "Transfer" })
    const before = yield* Accounts.load(id)
    const refusal = yield* Chapter.errorOf(withdraw, "InsufficientFunds")
    const after = yield* Accounts.load(id)
    yield* Accounts.handle(id, { _tag: "SetOverdraftLimit", limit })
    const { state } = yield* withdraw
    return { refusal, before, after, balance: Account.balanceOf(state) }
  },
  figure: ({ balance, refusal }) =>
    `${refusal?._tag ?? "no refusal"}; with an overdraft limit accepted, balance ${format(balance)}`,
  checks: ({ after, balance, before, refusal }) => ({
    "a withdrawal beyond the limit is refused, with the reason": Equal.equals(refusal, {
      _tag: "InsufficientFunds",
      balance: Account.balanceOf(before.state),
      limit: crowns(0),
      requested
    }),
    "a refusal stores nothing": after.version === before.version,
    "within an agreed overdraft the same withdrawal is accepted": balance === 0 - crowns(250)
  }),
  lines: ({ balance, refusal }) => [
    `Ada withdraws ${format(requested)}. The account refuses with ${refusal?._tag ?? "nothing"}:`,
    table(refusal === undefined ? [] : [refusal], [], ["balance", "limit", "requested"]),
    `With an overdraft limit of ${format(limit)} the same withdrawal is accepted and leaves ${format(balance)}.`
  ]
})

/** Reading the events again from the first gives the same state. */
export const replay: Chapter.StoreChapter = Chapter.make("replay", "Replay", {
  needs: [refusedOverdraft],
  find: function*({ run }: Chapter.Input) {
    const loaded = yield* Accounts.load(`ada-${run}`)
    let state = Account.decider.initialState
    const rows = yield* Stream.runCollect((yield* EventStore).readStream(loaded.stream))
    const steps = yield* Effect.forEach(
      rows,
      (row) =>
        Effect.map(Effect.fromResult(Account.codec.decode(row)), (events) => {
          state = View.foldFrom(Account.decider, state, events)
          return { ...row, balance: Account.balanceOf(state) }
        })
    )
    return { steps, isEqual: Equal.equals(state, loaded.state) }
  },
  figure: ({ steps }) => `${steps.length} events fold to a balance of ${format(steps.at(-1)?.balance ?? 0)}`,
  checks: ({ isEqual }) => ({ "replaying the events gives the state that the store loads": isEqual }),
  lines: (
    { steps }
  ) => ["Ada's account, folded from its first event:", table(steps, ["version", "type", "data"], ["balance"])]
})
