// Handlers in SQL with failures that the event does not cause: lost connections, locks of other sessions, owners
// that are too slow. The batch is repeated, and no stream is parked for it.
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Following from "../support/Following.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Proxy from "../support/Proxy.ts"
import * as SqlProjections from "../support/SqlProjections.ts"
import * as Ticks from "../support/Ticks.ts"

const { notes } = SqlProjections

const say = (text: string) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(text))

/** A test with a store behind a proxy. */
const onServer = <A, E>(
  test: (proxy: Proxy.Proxy) => Effect.Effect<A, E, PostgresStore.Services | Scope.Scope>,
  options: Partial<PostgresStore.ServerOptions> = {}
) =>
() =>
  Effect.runPromise(Ticks.quietly(Effect.scoped(Effect.gen(function*() {
    const proxy = yield* Proxy.start(yield* freshDatabase())
    const services = yield* Layer.build(PostgresStore.layer({ url: Redacted.make(proxy.url), ...options }))
    return yield* Effect.provideContext(test(proxy), services)
  }))))

test(
  "a connection that is lost in a handler, before or after its statement ran, parks no stream",
  onServer((proxy) =>
    Effect.gen(function*() {
      const { append, noted, projection } = yield* notes({
        after: ({ text }) => text === "b1" || text === "a3" ? say(`select 'marked ${text}'`) : Effect.void
      })
      yield* append("a1", "b1", "a2", "a3")
      const lost = Promise.all([proxy.loseRequest("marked b1"), proxy.loseAnswer("marked a3")])
      yield* Projector.start(projection, { attempts: 1 })
      yield* Effect.promise(() => lost)
      yield* Following.until(Effect.map(Effect.result(noted), (found) => found._tag === "Success"))
      expect(yield* noted).toEqual(["a1", "b1", "a2", "a3"])
      expect(yield* Parked.list(projection)).toEqual([])
    })
  )
)

// Without prepared statements, so that the proxy sees the text of each.
test(
  "a connection that is lost during the rollback of a failed event parks no other stream",
  onServer(
    (proxy) =>
      Effect.gen(function*() {
        let fails = true
        const { append, noted, projection } = yield* notes({
          after: ({ text }) => fails && text === "b1" ? Effect.fail("no") : Effect.void
        })
        yield* append("a1", "b1", "a2")
        const lost = Promise.all([proxy.loseRequest("ROLLBACK TO"), proxy.loseAnswer("RELEASE")])
        yield* Projector.start(projection, { attempts: 1 })
        yield* Effect.promise(() => lost)
        fails = false
        yield* Following.until(Effect.map(Effect.result(noted), (found) => found._tag === "Success"))
        expect(yield* noted).toEqual(["a1", "b1", "a2"])
        expect(yield* Parked.list(projection)).toEqual([])
      }),
    { pooler: true }
  )
)

test(
  "a projector that is interrupted in the middle of a batch rolls it back, and its connection stays usable",
  onServer(() =>
    Effect.gen(function*() {
      const began = yield* Deferred.make<void>()
      const { append, noted, projection } = yield* notes({
        after: ({ text }) =>
          text === "a2"
            ? Effect.andThen(Deferred.succeed(began, undefined), say("select pg_sleep(1)::text"))
            : Effect.void
      })
      yield* append("a1")
      yield* Projector.catchUp(projection)
      yield* append("b1", "a2", "a3")
      const fiber = yield* Effect.forkChild(Projector.run(projection))
      yield* Deferred.await(began)
      yield* Fiber.interrupt(fiber)
      expect(yield* noted).toEqual(["a1"])
      yield* Projector.catchUp(projection)
      expect(yield* noted).toEqual(["a1", "b1", "a2", "a3"])
      expect(yield* Parked.list(projection)).toEqual([])
    }), { maxConnections: 1 })
)

// Each takes some seconds, on a separate database.
describe.concurrent("in a batch", () => {
  test(
    "a statement that takes too long is cancelled, and the rest of the batch continues in the same transaction",
    onServer(() =>
      Effect.gen(function*() {
        const { append, noted, projection } = yield* notes({
          timeout: "2 seconds",
          after: ({ text }) => text === "b1" ? say("select pg_sleep(3600)::text") : Effect.void
        })
        yield* append("a1", "b1", "b2", "a2")
        yield* Projector.catchUp(projection, { attempts: 1 })
        expect(yield* noted).toEqual(["a1", "a2"])
        expect(yield* Parked.list(projection)).toMatchObject([{ version: 1, reason: "it took longer than 2s" }])
        const sleeping = yield* say(
          "select from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()"
        )
        expect(sleeping).toEqual([])
      })
    )
  )

  test(
    "a handler waits for a table that another session has locked, and no stream is parked",
    onServer(() =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const { append, noted, projection } = yield* notes({ timeout: "3 seconds" })
        yield* append("a1")
        yield* Projector.catchUp(projection)
        const { id } = yield* (yield* ReadModelStore).live(projection.name)
        yield* append("a2", "b1")
        const [locked, free] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const lock = sql.withTransaction(Effect.gen(function*() {
          yield* sql.unsafe(`lock table refold_${id}.noted in exclusive mode`)
          yield* Deferred.succeed(locked, undefined)
          yield* Deferred.await(free)
        }))
        const holder = yield* Effect.forkChild(lock)
        yield* Deferred.await(locked)
        yield* Projector.start(projection, { attempts: 1 })
        // Longer than the timeouts of handlers, for all events together and then for each alone.
        yield* Effect.sleep("7 seconds")
        yield* Deferred.succeed(free, undefined)
        yield* Fiber.join(holder)
        yield* Following.until(Effect.map(noted, (found) => found.length === 3))
        expect(yield* noted).toEqual(["a1", "a2", "b1"])
        expect(yield* Parked.list(projection)).toEqual([])
      })
    )
  )

  test(
    "a handler that exceeds the owner's idle timeout parks its stream, as for its own timeout",
    onServer(() =>
      Effect.gen(function*() {
        const { append, noted, projection } = yield* notes({
          timeout: "1 minute",
          after: ({ text }) => text === "b1" ? Effect.sleep("1 hour") : Effect.void
        })
        yield* append("a1", "b1", "a2")
        yield* Projector.catchUp(projection, { attempts: 1 })
        expect(yield* noted).toEqual(["a1", "a2"])
        expect(yield* Parked.list(projection)).toMatchObject([{ reason: "it took longer than 4s" }])
      }), { ownerIdleTimeout: "5 seconds" })
  )
})
