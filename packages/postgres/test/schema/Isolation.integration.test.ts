// The store's own sessions and transactions are READ COMMITTED, regardless of the database's default: on the store's own
// pool, on an application's client, and behind a pooler.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as EventStore from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Stores from "../support/Stores.ts"
import { tally } from "../support/Tally.ts"
import { tick } from "../support/Ticks.ts"

const client = (url: string) => PgClient.layer({ url: Redacted.make(url), maxConnections: 10 })

/** The ways in which a store gets its connections. */
const ways: Readonly<Record<string, (url: string) => Layer.Layer<PostgresStore.Services, unknown>>> = {
  "its own pool": (url) => PostgresStore.layer({ url: Redacted.make(url) }),
  "the application's client": (url) => Layer.provideMerge(PostgresStore.layerClient(), client(url)),
  "a pooler": (url) => PostgresStore.layer({ url: Redacted.make(url), pooler: true })
}

const levels = ["read committed", "repeatable read", "serializable"]

const setDefault = (url: string, level: string) =>
  Effect.scoped(Effect.gen(function*() {
    const admin = yield* Stores.connect(url)
    yield* admin.unsafe(
      `alter database ${new URL(url).pathname.slice(1)} set default_transaction_isolation = '${level}'`
    )
  }))

const run = (body: Effect.Effect<void, unknown, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

const times = <A, E, R>(count: number, effect: Effect.Effect<A, E, R>) =>
  Effect.all(Array.from({ length: count }, () => effect), { concurrency: "unbounded" })

const outcomes = <A, E>(store: Effect.Effect<A, E>) =>
  Effect.map(
    times(20, Effect.result(store)),
    (results) =>
      results.map((result) => result._tag === "Success" ? "ok" : String(Object(result.failure)._tag)).toSorted()
  )

const all20 = (first: string, others = first) => [first, ...Array.from({ length: 19 }, () => others)].toSorted()

/** The names of the spans of an effect: the driver has one for each statement, "postgres", and one for a transaction. */
const spansOf = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const names: Array<string> = []
  const span = (options: ConstructorParameters<typeof Tracer.NativeSpan>[0]) => {
    names.push(options.name)
    return new Tracer.NativeSpan(options)
  }
  yield* Effect.provideService(effect, Tracer.Tracer, Tracer.make({ span }))
  return names
})

describe.each(levels)("if %s is the database's default", (level) => {
  describe.each(Object.entries(ways))("a store on %s", (_way, layer) => {
    /** A store on a fresh database, opened by four programs at the same time. */
    const opened = Effect.gen(function*() {
      const url = yield* freshDatabase()
      yield* setDefault(url, level)
      const [first] = yield* times(4, Layer.build(layer(url)))
      return { services: first!, store: Context.get(first!, EventStore.EventStore), url }
    })

    test(
      "opens concurrently, and concurrent appends, commands and copies under one key have the correct outcomes",
      run(Effect.gen(function*() {
        const { services, store } = yield* opened
        const stream = Stores.freshStream()
        expect(yield* outcomes(Effect.suspend(() => store.append(stream, [Stores.event()])))).toEqual(all20("ok"))
        const created = Stores.freshStream()
        const create = Effect.suspend(() =>
          store.append(created, [Stores.event()], { expected: ExpectedVersion.NoStream })
        )
        expect(yield* outcomes(create)).toEqual(all20("ok", "VersionConflict"))
        const keyed = Stores.freshStream()
        const copy = Effect.suspend(() => store.append(keyed, [Stores.event()], { idempotency: { key: keyed } }))
        expect(yield* outcomes(copy)).toEqual(all20("ok"))
        // Enough retries: the number of version conflicts depends on the machine.
        const handle = CommandHandler.make(Sample.aggregate, { retries: 100 })
        const command = Effect.provideContext(handle("one", { _tag: "Add", coins: 1, notes: [] }), services)
        expect(yield* outcomes(command)).toEqual(all20("ok"))
        const counts = yield* Effect.forEach(
          [stream, created, keyed],
          (stream) => Effect.map(Stores.readStream(store, stream), (events) => events.length)
        )
        expect(counts).toEqual([20, 1, 1])
      }))
    )

    test(
      "runs projectors, and reads the log in the store's own transactions",
      run(Effect.gen(function*() {
        const { services, store } = yield* opened
        yield* Effect.provideContext(Projector.start(tally()), services)
        const appended = yield* times(10, Effect.suspend(() => store.append(Stores.freshStream("t"), [tick(1)])))
        const last = appended.reduce((a, b) => a.position > b.position ? a : b)
        yield* Effect.provideContext(ReadModel.awaitPosition(tally(), last.position), services)
        const { rows } = yield* Effect.provideContext(ReadModel.query(tally(), { limit: 100 }), services)
        expect(rows.filter(({ key }) => key.startsWith("t-"))).toHaveLength(10)
      }))
    )
  })

  test(
    "an append takes one statement on the store's own pool",
    run(Effect.gen(function*() {
      const url = yield* freshDatabase()
      yield* setDefault(url, level)
      const { store } = yield* Stores.open(url, { pooler: false })
      const append = Effect.suspend(() => store.append(Stores.freshStream(), [Stores.event()]))
      expect(yield* spansOf(append)).toEqual([new URL(url).pathname.slice(1)])
    }))
  )
})

test(
  "a default that becomes stricter while an application's client is connected is detected",
  run(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const services = yield* Layer.build(ways["the application's client"]!(url))
    const store = Context.get(services, EventStore.EventStore)
    yield* store.append(Stores.freshStream(), [Stores.event()])
    yield* setDefault(url, "repeatable read")
    const admin = yield* Stores.connect(url)
    yield* admin`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    const stream = Stores.freshStream()
    expect(yield* outcomes(Effect.suspend(() => store.append(stream, [Stores.event()])))).toEqual(all20("ok"))
    expect(yield* Stores.readStream(store, stream)).toHaveLength(20)
  }))
)
