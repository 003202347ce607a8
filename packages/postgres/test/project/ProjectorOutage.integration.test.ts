// A projector and a subscriber survive a restart and a crash of the server, and both continue from their last event.
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as RestartableServer from "../support/RestartableServer.ts"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const { exact, generation, keepWriting, look, services, untilGeneration } = Ticks

describe.skipIf(RestartableServer.isMissing)(`while a server${RestartableServer.ifSkipped}`, () => {
  test(
    "is restarted and crashes, a projector and a subscriber continue, and handle every event once",
    () =>
      Effect.runPromise(Ticks.quietly(Effect.scoped(Effect.gen(function*() {
        const server = yield* RestartableServer.scoped
        const opened = yield* Stores.open(server.url)
        // Another process, with one connection, behind a pooler.
        const small = yield* Stores.open(server.url, { migrate: false, maxConnections: 1, pooler: true })
        const names = ["tally", "small"]
        const projectors = yield* Effect.forEach([opened, small], (opened, n) =>
          Effect.forkScoped(
            Effect.provideContext(Projector.run(Tally.tally({ name: names[n]! }), { batchSize: 20 }), services(opened))
          ))
        const subscriber = yield* Following.follow(opened.reader.subscribe())
        const writers = [yield* keepWriting(opened), yield* keepWriting(opened)]
        for (const outage of [server.restart, server.crash, server.restart, server.crash]) {
          const before = (yield* generation(opened))?.checkpoint ?? 0
          yield* untilGeneration(opened, ({ checkpoint }) => checkpoint > before + 50)
          yield* Effect.promise(outage)
        }
        yield* Effect.sleep("300 millis")
        yield* Fiber.interruptAll(writers)
        const last = Ticks.tick(1)
        const end = yield* opened.store.append(Stores.freshStream("tally"), [last])
        for (const name of names) {
          yield* untilGeneration(opened, ({ checkpoint }) => checkpoint >= end.position, "Live", name)
          expect(yield* look(opened, Tally.tally({ name }))).toMatchObject(exact)
        }
        yield* subscriber.untilSeen(last.id)
        expect(subscriber.ids()).toEqual(yield* Following.storedAfter(opened.sql, 0))
        expect(projectors.map((fiber) => fiber.pollUnsafe())).toEqual([undefined, undefined])
      }))))
  )
})
