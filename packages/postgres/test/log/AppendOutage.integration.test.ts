// A server is restarted or killed, or loses its connections, during a stream of appends: each append ends in success,
// a refusal or an error, and the log agrees with these outcomes.
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import type * as PostgresServer from "../support/PostgresServer.ts"
import * as RestartableServer from "../support/RestartableServer.ts"
import { random } from "../support/Seed.ts"
import * as Stores from "../support/Stores.ts"

const shared = RestartableServer.shared()

const writers = 8

/** The outcome of an append, as its writer received it. */
interface Sent {
  readonly events: readonly [NewEvent, NewEvent]
  readonly outcome: string
}

/** Appends without a pause, to its own stream and to a common one, until it is interrupted. */
const writer = ({ store }: Stores.Opened, sent: Array<Sent>) => {
  const own = Stores.freshStream()
  return Effect.forever(Effect.gen(function*() {
    const stream = random() < 0.5 ? own : common
    const events: Sent["events"] = [Stores.event(), Stores.event()]
    const idempotency = random() < 0.3 ? { key: randomUUID() } : undefined
    // Not interruptible: an interrupted append returns no answer.
    const exit = yield* Effect.uninterruptible(Effect.exit(store.append(stream, events, { idempotency })))
    sent.push({ events, outcome: outcomeOf(exit) })
  }))
}

const common = Stores.freshStream("common")

const outcomeOf = <A, E extends { readonly _tag: string }>(exit: Exit.Exit<A, E>): string => {
  if (Exit.isSuccess(exit)) return "success"
  const [reason] = exit.cause.reasons
  return reason !== undefined && Cause.isFailReason(reason)
    ? reason.error._tag
    : `a defect: ${String(Cause.squash(exit.cause))}`
}

const successes = (sent: ReadonlyArray<Sent>): number => sent.filter(({ outcome }) => outcome === "success").length

const reader = ({ store }: Stores.Opened, read: Array<string>) =>
  Effect.forever(Effect.gen(function*() {
    const exit = yield* Effect.exit(Stores.readStream(store, common))
    read.push(outcomeOf(exit))
    yield* Effect.sleep("5 millis")
  }))

/** Writes and reads during the outage, and some time before and after it. */
const during = (outage: (server: PostgresServer.PostgresServer) => Effect.Effect<unknown>) =>
  Effect.gen(function*() {
    const server = yield* shared
    const opened = yield* Stores.open(server.url, { retryReadsFor: "10 seconds" })
    const sent: Array<Sent> = []
    const read: Array<string> = []
    const fibers = [yield* Effect.forkChild(reader(opened, read))]
    for (let n = 0; n < writers; n++)
      fibers.push(yield* Effect.forkChild(writer(opened, sent)))
    const untilMore = Effect.suspend(() => {
      const [wrote, before] = [sent.length, read.length]
      return Following.until(Effect.sync(() => successes(sent.slice(wrote)) > 50 && read.length > before))
    })
    yield* untilMore
    const [took] = yield* Effect.timed(outage(server))
    yield* untilMore
    yield* Fiber.interruptAll(fibers)
    const rows = yield* opened.sql<{ id: string }>`select event_id as id from refold.event_store`
    return {
      took,
      sent,
      read,
      stored: new Set(rows.map(({ id }) => id))
    }
  })

const outages = {
  "loses every connection repeatedly": (server: PostgresServer.PostgresServer) =>
    Effect.scoped(Effect.gen(function*() {
      const killer = yield* Stores.connect(server.url)
      const kill = killer`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'refold'`
      for (let n = 0; n < 20; n++) yield* Effect.andThen(kill, Effect.sleep("40 millis"))
    })).pipe(Effect.orDie),
  "is restarted": ({ restart }: PostgresServer.PostgresServer) => Effect.promise(restart),
  crashes: ({ crash }: PostgresServer.PostgresServer) => Effect.promise(crash)
}

/** How many of an append's two events may be stored, by its outcome. */
const possible: Record<string, ReadonlyArray<number>> = { success: [2], EventStoreError: [0], OutcomeUnknown: [0, 2] }

describe.skipIf(RestartableServer.isMissing)(`when the server${RestartableServer.ifSkipped}`, () => {
  for (const [name, outage] of Object.entries(outages)) {
    test(`${name}, every append is stored according to its outcome, and reads succeed`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const { read, stored, sent, took } = yield* during(outage)
        const wrong = sent.flatMap(({ events, outcome }) => {
          const count = events.filter(({ id }) => stored.has(id)).length
          return possible[outcome]?.includes(count) === true ? [] : [`${outcome}, and ${count} stored`]
        })
        expect([...new Set(wrong)]).toEqual([])
        // This client retries for ten seconds. If a slow machine has no server for about that time, reads fail.
        const expected = Duration.toSeconds(took) < 5 ? ["success"] : ["success", "EventStoreError"]
        expect(expected).toEqual(expect.arrayContaining([...new Set(read)]))
      }))))
  }
})
