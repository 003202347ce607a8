/** The second half of the course: replay, snapshots, the state at any instant, and the check of the whole. */
import { DateTime, Effect, Equal, Number as Num, Option } from "effect"
import { AsOf, CommandHandler, Snapshots, State } from "refold"
import { claim, note, type Objective } from "../Course.ts"
import * as Timing from "../Timing.ts"
import * as Account from "./Account.ts"
import * as AccountEvents from "./AccountEvents.ts"
import { hours } from "./StoreObjectives.ts"

/** Objective: the state is the fold of the events. */
export const replay: Objective = {
  name: "replay(account), by a dispatch over event types",
  run: Effect.gen(function*() {
    const state = yield* AccountEvents.replay("ada")
    const { state: loaded } = yield* State.load(Account.aggregate, "ada")
    return [
      claim(`replay gives ${JSON.stringify(state)}`, Account.balanceOf(state) === 7_500),
      claim("the state that the library loads is the same", Equal.equals(state, loaded))
    ]
  })
}

const many = 10_000
const batch = 1_000

// #region snapshot
// The same aggregate without snapshots: each load replays every event.
const withoutSnapshots = { ...Account.aggregate, snapshots: Option.none() }

/** Objective: a snapshot saves the replay of the events before it, and never changes the state. */
export const snapshot: Objective = {
  name: "A snapshot, and the replay of 10,000 events before and after",
  run: Effect.gen(function*() {
    yield* fill("busy")
    const before = yield* Timing.timed(State.load(withoutSnapshots, "busy"))
    // A handler does this by itself at every 1,000th event.
    yield* Snapshots.save(
      Account.aggregate,
      yield* State.load(withoutSnapshots, "busy", { asOf: AsOf.version(many - 100) })
    )
    const after = yield* Timing.timed(State.load(Account.aggregate, "busy"))
    return [
      claim(`the account has ${before.result.version} events`, before.result.version === many),
      claim("snapshot + the 100 events after it = full replay", Equal.equals(before.result.state, after.result.state)),
      note(`replay of all events ${before.time}, from the snapshot ${after.time}`)
    ]
  })
}
// #endregion

const fill = Effect.fnUntraced(function*(id: string) {
  const nth = (n: number) =>
    n === 0 ? Account.AccountOpened.make({ ownerName: "Busy" }) : Account.MoneyDeposited.make({ amount: 1 + n % 900 })
  for (let from = 0; from < many; from += batch) {
    const others = Array.from({ length: batch - 1 }, (_, index) => nth(from + index + 1))
    yield* AccountEvents.append(id, [nth(from), ...others], { expected: from })
  }
})

// #region temporal
const stateAt = (id: string, instant: DateTime.Utc) => AccountEvents.replay(id, AsOf.occurredAt(instant))

/** Objective: the state at any instant is the fold of the events that had occurred by then. */
export const temporal: Objective = {
  name: "The state at any timestamp",
  run: Effect.gen(function*() {
    const instants = [DateTime.subtract(hours[0]!, { minutes: 1 }), ...hours, yield* DateTime.now]
    const balances = yield* Effect.forEach(instants, (instant) => Effect.map(stateAt("ada", instant), textOf))
    const times = instants.slice(0, 4).map((instant) => DateTime.formatIso(instant).slice(11, 16))
    return [
      claim(
        [...times, "now"].map((time, index) => `${time} ${balances[index]}`).join(" | "),
        Equal.equals(balances, ["not open", "0", "10000", "7500", "7500"])
      )
    ]
  })
}
// #endregion

const textOf = (state: Account.State): string => state._tag === "Open" ? `${state.balance}` : "not open"

const ids = ["eve", "fay", "gil"] as const

/** Objective: after commands from many writers, the full replay of each account equals the sum of the answered commands. */
export const everything: Objective = {
  name: "Replaying the full history gives the current state",
  run: Effect.gen(function*() {
    const answered = yield* manyWriters
    const replayed = yield* Effect.forEach(ids, (id) => AccountEvents.replay(id))
    const current = yield* Effect.forEach(ids, (id) => State.load(Account.aggregate, id))
    const balances = replayed.map(Account.balanceOf)
    const sums = ids.map((id) => Num.sumAll(answered.filter((one) => one.id === id).map(({ change }) => change)))
    return [
      claim(
        `60 commands by 8 writers at a time: the answers add up to ${balances.join(", ")}`,
        Equal.equals(balances, sums)
      ),
      claim("replay = current state, for each account", Equal.equals(replayed, current.map(({ state }) => state)))
    ]
  })
}

// Concurrent writers on three accounts: on each conflict, the handler decides again on the new state. Each account holds enough
// for all withdrawals, so none is refused in any order.
const manyWriters = Effect.gen(function*() {
  const handle = CommandHandler.make(Account.aggregate, { retries: 100 })
  const first = yield* Effect.forEach(ids, (id) =>
    handle(id, { _tag: "OpenAccount", ownerName: id }).pipe(
      Effect.andThen(handle(id, { _tag: "Deposit", amount: 200 })),
      Effect.as({ id, change: 200 })
    ))
  const others = yield* Effect.forEach(Array.from({ length: 60 }, (_, n) => n), (n) => {
    const [id, amount, isDeposit] = [ids[n % 3]!, 1 + n, n % 4 !== 3]
    return Effect.as(
      handle(id, { _tag: isDeposit ? "Deposit" : "Withdraw", amount }),
      { id, change: isDeposit ? amount : -amount }
    )
  }, { concurrency: 8 })
  return [...first, ...others]
})
