// Workers are killed without warning between any two steps of a transfer, two at a time, while transfers are
// requested: in the end no coin is lost or created, and every command has taken effect once.
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { EventReader } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Moves from "../support/Moves.ts"
import { below } from "../support/Seed.ts"
import * as Soak from "../support/Soak.ts"
import * as Workers from "../support/Workers.ts"

const transfers = Soak.size({ test: 150, short: 500, full: 5_000 })
const jars = Array.from({ length: 12 }, (_, n) => `j${n}`)
const coins = 1000

const handleJar = CommandHandler.make(Sample.aggregate)
const handleTransfer = CommandHandler.make(Transfers.aggregate)

// `npm test` uses one of the two numbers for each moment.
const numbers = () => Soak.level === "test" ? [[1, 7][below(2)]!] : [1, 7]

const crashes: ReadonlyArray<Workers.Crash> = Workers.steps.flatMap((step) =>
  (["before", "after"] as const).flatMap((moment) => numbers().map((nth) => ({ step, moment, nth })))
)

// Some are for more coins than there are.
const request = (id: string) => {
  const [from, to] = [jars[below(jars.length)]!, jars[below(jars.length)]!]
  return handleTransfer(id, { _tag: "Request", from, to, coins: 1 + below(2 * coins) })
}

// Transfers are requested until all workers have crashed, because each crashes at a certain step of its work. Returns their ids.
const workedOn = (url: string) =>
  Effect.gen(function*() {
    yield* Effect.forEach(jars, (jar) => handleJar(jar, { _tag: "Add", coins, notes: [] }))
    const ids: Array<string> = []
    const workers = { haveEnded: false }
    const requests = yield* Effect.forkChild(Effect.gen(function*() {
      while (ids.length < transfers || !workers.haveEnded) {
        if (ids.length === transfers / 2) yield* sealSome
        if (ids.length > transfers) yield* Effect.sleep("20 millis")
        const id = `${ids.length}`
        yield* request(id)
        ids.push(id)
      }
    }))
    // Two at a time: when one has crashed, the next begins.
    yield* Effect.forEach(
      crashes,
      (crash) => Effect.scoped(Effect.flatMap(Workers.start({ url, crash }), ({ ended }) => ended)),
      { concurrency: 2 }
    )
    workers.haveEnded = true
    yield* Fiber.join(requests)
    yield* Workers.start({ url })
    yield* untilFinished(ids)
    return ids
  })

// A transfer that begins late finds sealed jars: it is compensated, or its compensation fails.
const sealSome = Effect.forEach(jars.slice(0, 2), (jar) => handleJar(jar, { _tag: "Seal" }))

const stateOf = (id: string) =>
  Effect.map(State.load(Moves.saga.instances, id), ({ state }) => Result.getOrThrow(state.state))

// Workers finish transfers approximately in this order, so each is awaited in turn.
const untilFinished = (ids: ReadonlyArray<string>) =>
  Effect.forEach(
    ids,
    (id) => Effect.repeat(stateOf(id), { schedule: Schedule.spaced("50 millis"), while: isUnfinished })
  )

const isUnfinished = ({ status }: { readonly status: string }): boolean =>
  ["NotStarted", "Running", "Compensating"].includes(status)

// The coins of sagas whose compensation failed.
const coinsInSagas = (states: ReadonlyArray<Effect.Success<ReturnType<typeof stateOf>>>): number =>
  states.reduce((sum, state) => state.status === "CompensationFailed" ? sum + state.data.coins : sum, 0)

const phases = (states: ReadonlyArray<{ readonly status: string }>) =>
  Object.fromEntries([...Map.groupBy(states, ({ status }) => status)].map(([status, all]) => [status, all.length]))

const isOfSaga = ({ metadata }: RecordedEvent): boolean => "process" in metadata

// The coins that were added other than by sagas, minus those that sealing removed.
const putIn = (log: ReadonlyArray<RecordedEvent>): number =>
  log.filter((event) => !isOfSaga(event) && event.stream.startsWith("jar-"))
    .flatMap((event) => Result.getOrThrow(Sample.codec.decode(event)))
    .reduce(
      (sum, event) =>
        event._tag === "CoinsAdded" ? sum + event.coins : event._tag === "CoinsTaken" ? sum - event.coins : sum,
      0
    )

test(
  "workers that are killed between any two steps lose no coin, create none, and execute no command twice",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      yield* Effect.gen(function*() {
        const states = yield* Effect.forEach(yield* workedOn(url), stateOf, { concurrency: 8 })
        const log = yield* Stream.runCollect((yield* EventReader).readAll())
        const atEnd = yield* Effect.forEach(jars, (jar) => State.load(Sample.aggregate, jar))
        const inJars = atEnd.reduce((sum, { state }) => sum + state.coins, 0)
        expect(inJars + coinsInSagas(states)).toBe(putIn(log))
        // No command of the saga leads to more than one event.
        const effects = Map.groupBy(log.filter(isOfSaga), ({ metadata }) => metadata.causationId)
        expect([...effects].filter(([, events]) => events.length > 1)).toEqual([])
        expect(phases(states)).toMatchObject({ Succeeded: expect.any(Number), Compensated: expect.any(Number) })
      }).pipe(Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })))
    })))
)
