import { Effect, Result, Stream } from "effect"
import {
  CommandHandler,
  MemoryStore,
  Parked,
  ProcessHandler,
  ProcessInstances,
  ProcessRunner,
  Projector,
  ReadModel,
  Rebuild,
  State,
  StreamName
} from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as Example from "../../examples/howto/Parked.ts"
import { Wallet } from "../../examples/Wallet.ts"

const handle = CommandHandler.make(Wallet)
const deposit = (id: string, cents: number, from = "salary") => handle(id, { _tag: "Deposit", cents, from })
const streamOf = (id: string) => Result.getOrThrow(StreamName.make("wallet", id))
const rows = (projection: ReturnType<typeof Example.salaries>) =>
  Effect.map(Stream.runCollect(ReadModel.stream(projection)), (all) => all.map(({ key, state }) => [key, state.cents]))

const ofProjection = Effect.gen(function*() {
  const [hasty, repaired] = [Example.salaries({ repaired: false }), Example.salaries({ repaired: true })]
  for (const id of ["ada", "bob", "eve"]) yield* deposit(id, 1000)
  for (const id of ["ada", "bob"]) yield* deposit(id, 60_000)
  const last = yield* deposit("ada", 5)
  yield* Projector.catchUp(hasty, { backoff: "1 millis" })
  const lines = yield* Example.parkedLines
  const before = yield* rows(hasty)
  const waiting = yield* Effect.flip(ReadModel.awaitPosition(hasty, last))
  const again = yield* Parked.retry(hasty, streamOf("ada"))
  yield* Example.leaveOut(streamOf("bob"), "typed by mistake")
  const degraded = yield* Example.isDegraded
  const left = yield* Example.retryAll
  yield* Stream.runDrain(Rebuild.rebuild(repaired))
  return {
    lines,
    before,
    waiting,
    again,
    degraded,
    left,
    after: yield* rows(repaired),
    recovered: yield* Example.isDegraded,
    discarded: yield* Parked.listDiscarded(repaired)
  }
})

it("a poisoned event parks its stream; a retry after the repair folds it, a discard leaves it out of rebuilds", async () => {
  for (const store of [MemoryStore.layer, EmbeddedStore.layer()]) {
    const told = await Effect.runPromise(Effect.provide(ofProjection, store))
    await expect(`${told.lines.join("\n")}\n`).toMatchFileSnapshot("../../outputs/howto-parked.txt")
    expect(told.before).toEqual([["wallet-ada", 1000], ["wallet-bob", 1000], ["wallet-eve", 1000]])
    expect(told.waiting).toMatchObject({ _tag: "StreamParked", stream: "wallet-ada" })
    expect(told.again).toMatchObject({ value: { stream: "wallet-ada", attempts: 4 } })
    expect([told.degraded, told.recovered]).toEqual([true, false])
    expect(told.left).toEqual([])
    expect(told.after).toEqual([["wallet-ada", 61_005], ["wallet-bob", 1000], ["wallet-eve", 1000]])
    expect(told.discarded).toMatchObject([{ stream: "wallet-bob", version: 2, reason: "typed by mistake" }])
  }
})

const ofProcess = Effect.gen(function*() {
  const options = { handlers: [ProcessHandler.of(Wallet)] }
  yield* deposit("ada", 60_000, "lottery")
  yield* deposit("ada", 1, "found")
  yield* deposit("bob", 60_000, "lottery")
  yield* deposit("eve", 60_000)
  yield* ProcessRunner.catchUp(Example.fees({ repaired: false }), options)
  const parked = yield* Example.parkedInstances
  yield* Example.discardTrigger("bob", "the lottery was a test")
  yield* Example.retryInstance("ada")
  const refused = yield* Effect.flip(Example.retryInstance("ada"))
  yield* ProcessRunner.catchUp(Example.fees({ repaired: true }), options)
  const balances = yield* Effect.forEach(["ada", "bob", "eve"], (id) => State.load(Wallet, id))
  const history = yield* ProcessInstances.history(Example.fees({ repaired: true }), "bob")
  return {
    parked,
    refused,
    left: yield* Example.parkedInstances,
    unmatched: yield* Example.unmatched,
    balances: balances.map(({ state }) => state),
    history: history.map(({ event }) => event._tag)
  }
})

it("an instance that cannot react is parked; a retry after the repair reacts, a discard leaves the trigger out", async () => {
  for (const store of [MemoryStore.layer, EmbeddedStore.layer()]) {
    expect(await Effect.runPromise(Effect.provide(ofProcess, store))).toMatchObject({
      parked: [
        { instance: "ada", reason: "it threw Error: no fee is known for the lottery" },
        { instance: "bob" }
      ],
      refused: { _tag: "InstanceNotParked", instance: "ada" },
      left: [],
      unmatched: [],
      balances: [59_901, 60_000, 59_900],
      history: ["ProcessParked", "ProcessDiscarded"]
    })
  }
})
