/** The objectives about the write side: the log, and the commands that append to it. */
import { Effect, Stream } from "effect"
import { CommandHandler, EventReader, ExpectedVersion } from "refold"
import * as Account from "../bank/Account.ts"
import * as AccountEvents from "../bank/AccountEvents.ts"
import { claim, type Objective } from "../Course.ts"
import * as Expected from "../Expected.ts"

/** Objective: one log, in which each stream has its own versions and all events have one order. */
export const store: Objective = {
  name: "The event store",
  run: Effect.gen(function*() {
    yield* AccountEvents.append("ivy", [Account.AccountOpened.make({ ownerName: "Ivy" })], { expected: 0 })
    yield* AccountEvents.append("jon", [Account.AccountOpened.make({ ownerName: "Jon" })], { expected: 0 })
    yield* AccountEvents.append("ivy", [Account.MoneyDeposited.make({ amount: 10_000 })], { expected: 1 })
    const reader = yield* EventReader.EventReader
    const all = yield* Stream.runCollect(reader.readAll())
    const places = all.map(({ position, stream, version }) => `${position} ${stream}@${version}`)
    return [
      claim(
        `the log in its order: ${places.join(", ")}`,
        places.join() === "1 account-ivy@1,2 account-jon@1,3 account-ivy@2"
      )
    ]
  })
}

const handle = CommandHandler.make(Account.aggregate)

/** Objective: a command decides; a refused one stores nothing, and a conflict is decided again. */
export const commands: Objective = {
  name: "Writing events: the command side",
  run: Effect.gen(function*() {
    yield* handle("ivy", { _tag: "Withdraw", amount: 3_000 })
    const refusal = yield* Expected.failureOf(handle("ivy", { _tag: "Withdraw", amount: 50_000 }))
    const both = yield* Effect.all(
      [handle("ivy", { _tag: "Deposit", amount: 500 }), handle("ivy", { _tag: "Deposit", amount: 250 })],
      { concurrency: 2 }
    )
    const stale = yield* Expected.failureOf(
      handle("ivy", { _tag: "Deposit", amount: 1 }, { expected: ExpectedVersion.Exact(2) })
    )
    const versions = both.map(({ version }) => version).toSorted((a, b) => a - b)
    const reader = yield* EventReader.EventReader
    const [version] = yield* reader.streamVersions([yield* AccountEvents.streamOf("ivy")])
    return [
      claim(`an overdraft is refused: ${refusal._tag}`, refusal._tag === "InsufficientFunds"),
      claim(`two deposits at the same time get versions ${versions.join(" and ")}`, versions.join() === "4,5"),
      claim(`a client that insists on version 2 gets ${stale._tag}`, stale._tag === "VersionConflict" && version === 5)
    ]
  })
}
