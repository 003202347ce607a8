import { Effect } from "effect"
import { CommandHandler, MemoryStore, ProjectionStatus, Projector, ReadModel } from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import { largestMovements, project, rebuild, Wallets } from "../../examples/howto/Rebuild.ts"
import { Wallets as Version1 } from "../../examples/Richest.ts"
import { Wallet } from "../../examples/Wallet.ts"

const handle = CommandHandler.make(Wallet)

const story = Effect.gen(function*() {
  for (let n = 1; n <= 600; n++) {
    yield* handle(n % 2 === 0 ? "ada" : "bob", { _tag: "Deposit", cents: n % 7, from: "salary" })
  }
  yield* Projector.catchUp(Version1)
  const early = yield* Effect.flip(ReadModel.get(Wallets, "wallet-ada"))
  const lines: Array<string> = []
  yield* rebuild((line) => lines.push(line))
  const { live } = yield* ProjectionStatus.of(Wallets)
  const outdated = yield* Effect.flip(Projector.catchUp(Version1))
  const old = yield* ReadModel.get(Version1, "wallet-ada")
  yield* project
  yield* ReadModel.awaitPosition(Wallets, yield* handle("eve", { _tag: "Deposit", cents: 9, from: "salary" }))
  return { lines, largest: yield* largestMovements, live, outdated, early, old }
}).pipe(Effect.scoped)

const expected = {
  lines: ["500 of 600", "the new rows are live"],
  largest: [["wallet-eve", 9], ["wallet-bob", 6], ["wallet-ada", 6]],
  live: { value: { version: 2, lag: 0, done: 1 } },
  outdated: {
    _tag: "ProjectionOutdated",
    message: "projection \"wallets\" is live at version 2, but this code has version 1: deploy the newer code"
  },
  // New code has an index that the live rows lack.
  early: { _tag: "DefinitionMismatch", version: 2, stored: 1 },
  // Old code reads the last rows of its version.
  old: { value: { state: { movements: 300 }, version: 300 } }
}

it("a raised version is built beside the live rows, and the old code fails as outdated", async () => {
  const inMemory = await Effect.runPromise(Effect.provide(story, MemoryStore.layer))
  expect(inMemory).toMatchObject(expected)
  const inPostgres = await Effect.runPromise(Effect.provide(story, EmbeddedStore.layer()))
  expect(inPostgres).toMatchObject(expected)
})
