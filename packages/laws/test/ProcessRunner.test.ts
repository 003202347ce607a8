// Processes on the memory adapter: what the runner does with what a saga decides.
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as CommandHandler from "@refold/store/CommandHandler"
import { EventReader } from "@refold/store/EventReader"
import * as ProcessHandler from "@refold/store/ProcessHandler"
import * as ProcessInstances from "@refold/store/ProcessInstances"
import * as ProcessRunner from "@refold/store/ProcessRunner"
import * as State from "@refold/store/State"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Sample from "../src/Sample.ts"
import * as Transfers from "../src/Transfers.ts"

const handleJar = CommandHandler.make(Sample.aggregate)
const handleTransfer = CommandHandler.make(Transfers.aggregate)
const handlers = [ProcessHandler.to(Sample.aggregate, handleJar), ProcessHandler.to(Transfers.aggregate, handleTransfer)]

const saga = Transfers.make("moves", { timeout: "1 hour" })

const coinsOf = (jar: string) => Effect.map(State.load(Sample.aggregate, jar), ({ state }) => state.coins)
const add = (jar: string, coins: number) => handleJar(jar, { _tag: "Add", coins, notes: [] })
const request = (id: string, from: string, to: string, coins: number) =>
  handleTransfer(id, { _tag: "Request", from, to, coins }, { metadata: { correlationId: `request ${id}` } })
const settle = ProcessRunner.catchUp(saga, { handlers })
const stateOf = (id: string) => Effect.map(State.load(Transfers.aggregate, id), ({ state }) => state)

const onMemory = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>) => () =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

describe("a process that is run", () => {
  it(
    "does all that a saga decides",
    onMemory(Effect.gen(function*() {
      yield* add("a", 10)
      yield* request("1", "a", "b", 4)
      yield* request("2", "a", "b", 100)
      yield* settle
      expect([yield* coinsOf("a"), yield* coinsOf("b")]).toEqual([6, 4])
      expect([yield* stateOf("1"), yield* stateOf("2")]).toEqual(["Done", "Failed"])
    }))
  )

  it(
    "compensates",
    onMemory(Effect.gen(function*() {
      yield* add("a", 10)
      yield* handleJar("b", { _tag: "Seal" })
      yield* request("1", "a", "b", 4)
      yield* settle
      expect([yield* coinsOf("a"), yield* coinsOf("b")]).toEqual([10, 0])
      const { rows } = yield* ProcessInstances.query(saga, { index: "phase", where: { phase: "Compensated" } })
      expect(rows.map(({ state }) => state.instance)).toEqual(["1"])
      const history = yield* ProcessInstances.history(saga, "1")
      expect(history.map(({ event }) => event._tag)).toMatchInlineSnapshot(`
        [
          "ProcessReacted",
          "ProcessReacted",
          "ProcessReacted",
          "ProcessReacted",
          "ProcessReacted",
          "ProcessReacted",
        ]
      `)
      const events = yield* Stream.runCollect((yield* EventReader).readAll())
      expect(events.map(({ metadata, stream, type, version }) => [stream, version, type, metadata])).toMatchInlineSnapshot(`
        [
          [
            "jar-a",
            1,
            "CoinsAdded",
            {},
          ],
          [
            "jar-b",
            1,
            "JarSealed",
            {},
          ],
          [
            "transfer-1",
            1,
            "TransferRequested",
            {
              "correlationId": "request 1",
            },
          ],
          [
            "moves-1",
            1,
            "ProcessReacted",
            {
              "causationId": "01a1fe32-619b-71be-b3fd-bcf5bd31a366",
              "correlationId": "request 1",
            },
          ],
          [
            "jar-a",
            2,
            "CoinsTaken",
            {
              "causationId": "moves-1#1.0",
              "correlationId": "request 1",
              "process": "moves-1",
            },
          ],
          [
            "moves-1",
            2,
            "ProcessReacted",
            {
              "correlationId": "request 1",
            },
          ],
          [
            "moves-1",
            3,
            "ProcessReacted",
            {
              "causationId": "01a1fe32-61a1-74de-b208-5c5859b92fc6",
              "correlationId": "request 1",
            },
          ],
          [
            "moves-1",
            4,
            "ProcessReacted",
            {
              "correlationId": "request 1",
            },
          ],
          [
            "jar-a",
            3,
            "CoinsAdded",
            {
              "causationId": "moves-1#4.1",
              "correlationId": "request 1",
              "process": "moves-1",
            },
          ],
          [
            "moves-1",
            5,
            "ProcessReacted",
            {
              "correlationId": "request 1",
            },
          ],
          [
            "transfer-1",
            2,
            "TransferEnded",
            {
              "causationId": "moves-1#5.0",
              "correlationId": "request 1",
              "process": "moves-1",
            },
          ],
          [
            "moves-1",
            6,
            "ProcessReacted",
            {
              "correlationId": "request 1",
            },
          ],
        ]
      `)
    }))
  )
})
