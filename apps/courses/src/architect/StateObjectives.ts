/** The objectives about state: replay, time travel, a snapshot and a read model. */
import { Effect, Equal, Option } from "effect"
import { AsOf, CommandHandler, PastRows, Projector, ReadModel, Snapshots, SnapshotStore, State } from "refold"
import * as Account from "../bank/Account.ts"
import * as AccountEvents from "../bank/AccountEvents.ts"
import { balances, richest } from "../bank/Balances.ts"
import { claim, type Objective } from "../Course.ts"

const balanceAt = (id: string, asOf?: AsOf.AsOf) =>
  Effect.map(State.load(Account.aggregate, id, { asOf }), ({ state }) => Account.balanceOf(state))

/** Objective: the current state is a fold. */
export const replay: Objective = {
  name: "Replay to the current state",
  run: Effect.gen(function*() {
    const state = yield* AccountEvents.replay("ivy")
    return [claim(`10,000 − 3,000 + 500 + 250 = ${Account.balanceOf(state)}`, Account.balanceOf(state) === 7_750)]
  })
}

// #region time-travel
/** Objective: the state as of a version. */
export const timeTravel: Objective = {
  name: "Time travel: the balance at version 3, and at every other",
  run: Effect.gen(function*() {
    const atThree = yield* balanceAt("ivy", AsOf.version(3))
    const each = yield* Effect.forEach([0, 1, 2, 3, 4, 5], (n) => balanceAt("ivy", AsOf.version(n)))
    const isOneOf = [10_000 - 3_000 + 500, 10_000 - 3_000 + 250].includes(each[4]!)
    return [
      claim(`the balance at version 3 is ${atThree}`, atThree === 7_000),
      claim(
        `at versions 0, 1, 2, 3 and 5: ${each.filter((_, n) => n !== 4).join(", ")}`,
        Equal.equals(each.filter((_, n) => n !== 4), [0, 0, 10_000, 7_000, 7_750]) && isOneOf
      )
    ]
  })
}
// #endregion

/** Objective: a snapshot shortens a load and changes no answer. */
export const snapshot: Objective = {
  name: "A snapshot for performance",
  run: Effect.gen(function*() {
    yield* Snapshots.save(Account.aggregate, yield* State.load(Account.aggregate, "ivy", { asOf: AsOf.version(4) }))
    const stream = yield* AccountEvents.streamOf("ivy")
    const snapshots = Option.getOrThrow(Account.aggregate.snapshots)
    const stored = yield* (yield* SnapshotStore.SnapshotStore).find({
      stream,
      view: snapshots.name,
      fingerprint: snapshots.fingerprint
    })
    const version = Option.match(stored, { onNone: () => 0, onSome: (found) => found.version })
    const loaded = yield* State.load(Account.aggregate, "ivy")
    return [
      claim(`a load starts at version ${version} and reads ${loaded.version - version} event`, version === 4),
      claim("it gives the state of a full replay", Equal.equals(loaded.state, yield* AccountEvents.replay("ivy"))),
      claim("the balance at version 3 is still 7000", (yield* balanceAt("ivy", AsOf.version(3))) === 7_000)
    ]
  })
}

/** Objective: a read model is another fold of the same log, for queries that a stream cannot answer. */
export const readModel: Objective = {
  name: "A read model by projection",
  run: Effect.gen(function*() {
    yield* Projector.start(balances)
    const handle = CommandHandler.make(Account.aggregate)
    const last = yield* handle("jon", { _tag: "Deposit", amount: 9_000 })
    yield* ReadModel.awaitPosition(balances, last.position)
    const { rows } = yield* richest(2)
    const past = yield* PastRows.asOf(balances, AsOf.position(last.position - 1))
    const before = (yield* past.query({ index: "byBalance", descending: true, limit: 1 })).rows[0]
    const names = rows.map(({ state }) => `${state.ownerName} ${state.balance}`)
    return [
      claim(`the richest: ${names.join(", ")}`, names.join() === "Jon 9000,Ivy 7750"),
      claim(`before the last event: ${before?.state.ownerName}`, before?.state.ownerName === "Ivy")
    ]
  })
}
