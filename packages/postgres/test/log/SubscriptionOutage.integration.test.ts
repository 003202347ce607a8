// A subscriber survives outages of the server and of connections: it continues after the last event that it received,
// without a gap and without a repeated event.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import type * as PostgresServer from "../support/PostgresServer.ts"
import * as Proxy from "../support/Proxy.ts"
import * as RestartableServer from "../support/RestartableServer.ts"
import * as Stores from "../support/Stores.ts"

/** Appends to its own stream until it is interrupted, and ignores the outcomes. */
const writer = ({ store }: Stores.Opened) => {
  const stream = Stores.freshStream()
  const append = Effect.suspend(() => store.append(stream, [Stores.event(), Stores.event()]))
  return Effect.forever(Effect.andThen(Effect.ignore(append), Effect.sleep("1 millis")))
}

/** Writes through one store and subscribes through others during the outage, and some time before and after. */
const during = (
  server: string,
  outage: Effect.Effect<unknown>,
  options: ReadonlyArray<Parameters<typeof Stores.open>[1]>,
  followed = server
) =>
  Effect.gen(function*() {
    const writing = yield* Stores.open(server)
    const followers = yield* Effect.forEach(options, (options) =>
      Effect.flatMap(Stores.open(followed, { ...options, migrate: false }), ({ reader }) =>
        Following.follow(reader.subscribe())))
    const writers = [yield* Effect.forkChild(writer(writing)), yield* Effect.forkChild(writer(writing))]
    yield* followers[0]!.untilCount(20)
    yield* outage
    yield* Effect.sleep("500 millis")
    yield* followers[0]!.untilCount(101)
    yield* Fiber.interruptAll(writers)
    const end = Stores.event()
    yield* writing.store.append(Stores.freshStream(), [end])
    for (const { untilSeen } of followers)
      yield* untilSeen(end.id)
    return {
      seen: followers.map(({ ids }) =>
        ids()
      ),
      stored: yield* Following.storedAfter(writing.sql, 0)
    }
  })

const shared = RestartableServer.shared()

const waysToFollow = [{}, { pooler: true }, { maxConnections: 1 }]

const restarts = {
  "is restarted": ({ restart }: PostgresServer.PostgresServer) => Effect.promise(restart),
  crashes: ({ crash }: PostgresServer.PostgresServer) => Effect.promise(crash),
  "loses every connection repeatedly": ({ url }: PostgresServer.PostgresServer) =>
    Effect.scoped(Effect.gen(function*() {
      const killer = yield* Stores.connect(url)
      const kill = killer`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'refold'`
      for (let n = 0; n < 20; n++) yield* Effect.andThen(kill, Effect.sleep("40 millis"))
    })).pipe(Effect.orDie)
}

describe.skipIf(RestartableServer.isMissing)(`when the server${RestartableServer.ifSkipped}`, () => {
  for (const [name, outage] of Object.entries(restarts)) {
    test(`${name}, subscribers receive every event once, in order`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const server = yield* shared
        const { seen, stored } = yield* during(server.url, outage(server), waysToFollow)
        expect(stored.length).toBeGreaterThan(100)
        for (const ids of seen) expect(ids).toEqual(stored)
      }))))
  }
})

const run = Stores.runner()

test(
  "when its own connections are cut, a subscriber receives every event once, in order",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const proxy = yield* Proxy.start(url)
    const cuts = Effect.gen(function*() {
      for (const text of ["read_head", "event_store", "LISTEN", "read_head", "event_store"]) {
        const lost = text === "event_store" ? proxy.loseAnswer(text) : proxy.loseRequest(text)
        proxy.poison()
        // If the page is not requested again, its answer cannot be lost.
        yield* Effect.timeoutOption(Effect.promise(() => lost), "300 millis")
      }
    })
    const { seen, stored } = yield* during(url, cuts, [{}, { maxConnections: 1, pooler: true }], proxy.url)
    expect(stored.length).toBeGreaterThan(100)
    for (const ids of seen) expect(ids).toEqual(stored)
  }))
)

test(
  "a page whose answer is lost is read again",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const direct = yield* Stores.open(url)
    const proxy = yield* Proxy.start(url)
    const { reader } = yield* Stores.open(proxy.url, { migrate: false, pooler: true })
    const start = yield* reader.head
    const lost = Promise.all([proxy.loseAnswer("LIMIT"), proxy.loseRequest("LIMIT")])
    const { ids, untilSeen } = yield* Following.follow(reader.subscribe({ after: start }))
    const events = [Stores.event(), Stores.event()] as const
    yield* direct.store.append(Stores.freshStream(), events)
    yield* untilSeen(events[1].id)
    yield* Effect.promise(() => lost)
    expect(ids()).toEqual(events.map(({ id }) => id))
  }))
)
