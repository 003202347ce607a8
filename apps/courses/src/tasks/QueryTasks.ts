/** The tasks on queries: projections, their optimisation, their updates by events, and both sides together. */
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { isDeepStrictEqual } from "node:util"
import { EventReader, Projector, ReadModel, Rebuild, View } from "refold"
import * as Account from "../bank/Account.ts"
import * as AccountEvents from "../bank/AccountEvents.ts"
import { balances, richest } from "../bank/Balances.ts"
import { claim, note, type Objective } from "../Course.ts"
import * as Timing from "../Timing.ts"
import * as Bank from "./Bank.ts"

const allRows = Effect.map(
  Stream.runCollect(ReadModel.stream(balances)),
  (rows) => rows.map(({ key, state }) => ({ key, ...state }))
)

/** Task 4: a denormalised read model, folded from events. */
export const projection: Objective = {
  name: "Projections: a denormalised read model",
  run: Effect.gen(function*() {
    yield* Projector.catchUp(balances)
    const [row] = yield* allRows
    return [
      claim(`a row: ${JSON.stringify(row)}`, row?.ownerName === "Lea" && row.balance === 550 && row.movements === 2)
    ]
  })
}

const customers = 300

/** Task 8: a pre-built read model with an index answers without folding. */
export const querySide: Objective = {
  name: "Query side: pre-built read models with an index",
  run: Effect.gen(function*() {
    for (let n = 0; n < customers; n++) {
      const events = [
        Account.AccountOpened.make({ ownerName: `c${n}` }),
        Account.MoneyDeposited.make({ amount: 1 + n })
      ] as const
      yield* AccountEvents.append(`c${n}`, events, { expected: 0 })
    }
    yield* Projector.catchUp(balances)
    const indexed = yield* Timing.timed(richest(3))
    const folded = yield* Timing.timed(foldAll)
    const names = indexed.result.rows.map(({ state }) => state.balance)
    return [
      claim(
        `the three largest of ${customers + 2} accounts: ${names.join(", ")}`,
        isDeepStrictEqual(names, folded.result)
      ),
      note(`by the index ${indexed.time}; by folding all events at the time of the query ${folded.time}`)
    ]
  })
}

// The same answer without a read model.
const foldAll = Effect.gen(function*() {
  const reader = yield* EventReader.EventReader
  const events = yield* Stream.runCollect(reader.readAll({ categories: [Account.aggregate.category] }))
  const states = new Map<string, Account.State>()
  for (const stored of events) {
    const decoded = yield* Effect.fromResult(Account.codec.decode(stored))
    const before = states.get(stored.stream) ?? Account.decider.initialState
    states.set(stored.stream, View.foldFrom(Account.decider, before, decoded))
  }
  return [...states.values()].map(Account.balanceOf).toSorted((a, b) => b - a).slice(0, 3)
})

// #region reactive
/** Task 9: a projector reacts to events of any writer. */
export const reactive: Objective = {
  name: "Event-driven updates of the read model",
  run: Effect.gen(function*() {
    yield* Projector.start(balances)
    const sql = yield* SqlClient.SqlClient
    // Written by SQL, as another program would: no command handler, no call of the projector.
    const [appended] = yield* sql<{ readonly position: bigint }>`SELECT "position" FROM refold.append_event(
      'account-max', 'MoneyDeposited', '{"amount": 77}', 3)`
    const { position } = { position: Number(appended?.position) }
    const reader = yield* EventReader.EventReader
    const head = yield* reader.head
    yield* ReadModel.awaitPosition(balances, head)
    const balance = yield* Bank.ask({ _tag: "BalanceOf", id: "max" })
    return [
      claim(
        `an event from SQL at the head is in the row without a call: ${balance}`,
        balance === 2_577 && position === head
      )
    ]
  })
}
// #endregion

/** Task 10: commands, events, projector and queries together; the read model can be built again at any time. */
export const together: Objective = {
  name: "CQRS with event sourcing, together",
  run: Effect.gen(function*() {
    const written = yield* Bank.send("max", { _tag: "Deposit", amount: 1_000_000 })
    yield* ReadModel.awaitPosition(balances, written)
    const [first] = yield* Bank.ask({ _tag: "Richest", limit: 1 })
    const before = yield* allRows
    yield* Stream.runDrain(Rebuild.rebuild(balances))
    const after = yield* allRows
    return [
      claim(`a command, then a query that sees it: ${first}`, first === "Max 1002577"),
      claim(`a rebuild from the first event gives the same ${after.length} rows`, isDeepStrictEqual(before, after))
    ]
  })
}
