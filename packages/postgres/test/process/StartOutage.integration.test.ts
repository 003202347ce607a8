// A server crashes just after a projector and a runner have started: both wait for it, as at any other time.
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Following from "../support/Following.ts"
import * as Moves from "../support/Moves.ts"
import * as RestartableServer from "../support/RestartableServer.ts"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const handleJar = CommandHandler.make(Sample.aggregate)
const handleTransfer = CommandHandler.make(Transfers.aggregate)

const endOf = (transfer: string) => Effect.map(State.load(Transfers.aggregate, transfer), ({ state }) => state)

/** Starts a projector and a runner, crashes the server a number of milliseconds later, and gives them work after its restart. */
const crashAfterStart = Effect.fnUntraced(function*(millis: number) {
  const server = yield* RestartableServer.scoped
  // No retries, so that every statement during the crash fails.
  const layer = PostgresStore.layer({ url: Redacted.make(server.url), retryReadsFor: 0 })
  return yield* Effect.gen(function*() {
    yield* Projector.start(Tally.tally())
    yield* ProcessRunner.start(Moves.saga, { handlers: Moves.handlers() })
    yield* Effect.sleep(millis)
    yield* Effect.promise(server.crash)
    const opened = yield* Stores.open(server.url)
    const { position } = yield* opened.store.append(Stores.freshStream("tally"), [Ticks.tick(1)])
    yield* Ticks.untilGeneration(opened, ({ checkpoint }) => checkpoint >= position)
    const work = Effect.gen(function*() {
      yield* handleJar("a", { _tag: "Add", coins: 2, notes: [] })
      yield* handleTransfer("1", { _tag: "Request", from: "a", to: "b", coins: 1 })
    })
    yield* work
    yield* Following.until(Effect.map(Effect.orElseSucceed(endOf("1"), () => "New"), (state) => state === "Done"))
    return yield* Effect.map(State.load(Sample.aggregate, "b"), ({ state }) => state.coins)
  }).pipe(Effect.provide(layer))
})

describe.skipIf(RestartableServer.isMissing)(`a server${RestartableServer.ifSkipped}`, () => {
  test.each([0, 20, 200])(
    "that crashes %i ms after the start of a projector and a runner stops neither of them",
    (millis) =>
      Effect.runPromise(Ticks.quietly(Effect.scoped(Effect.gen(function*() {
        expect(yield* crashAfterStart(millis)).toBe(1)
      }))))
  )
})
