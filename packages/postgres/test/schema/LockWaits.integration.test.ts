// A program that starts does not wait forever for a lock that another session holds, and its error names that session: any
// role that may connect can take an advisory lock whose key it can compute.
import * as PgClient from "@effect/sql-pg/PgClient"
import type { StreamName } from "@refold/core/event/StreamName"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

/** A database, and a session of a role without any right in it. */
const setUp = Effect.gen(function*() {
  const url = yield* freshDatabase()
  const admin = yield* Stores.connect(url)
  const other = yield* LoginRole.login({ sql: admin, url }, "other", [])
  const session = yield* Stores.connect(other)
  const name = `session ${yield* Stores.backend(session)} (application "by hand", user ${LoginRole.nameOf(other)})`
  return { admin, name, session, url }
})

const queryTimeout = "1 second"

const migrations = "hashtextextended('refold migrations of refold', 0)"

describe("a session that holds the lock of", () => {
  test(
    "the migrations of a store is named by the error of opening and of migrating it",
    run(Effect.gen(function*() {
      const { admin, name, session, url } = yield* setUp
      yield* session.unsafe(`select pg_advisory_lock(${migrations})`)
      const message = `migrate failed: the schema "refold" has been locked for migrations for 900ms by ${name} ` +
        `(Wait for it, or end it by pg_terminate_backend.)`
      expect(yield* Effect.flip(Stores.open(url, { queryTimeout }))).toMatchObject({ _tag: "EventStoreError", message })
      const migrate = Effect.provideService(PostgresStore.migrate({ queryTimeout }), SqlClient.SqlClient, admin)
      expect(yield* Effect.flip(migrate)).toMatchObject({ _tag: "EventStoreError", message })
      yield* session.unsafe(`select pg_advisory_unlock(${migrations})`)
      yield* migrate
    }))
  )

  test(
    "the migrations of a migrated store keeps no program from starting",
    run(Effect.gen(function*() {
      const { session, url } = yield* setUp
      yield* Stores.open(url)
      yield* session.unsafe(`select pg_advisory_lock(${migrations})`)
      yield* session.unsafe(`select pg_advisory_lock(hashtextextended('repair positions',
        (select oid::bigint from pg_class where relname = 'event_position')))`)
      const { store } = yield* Stores.open(url, { queryTimeout })
      yield* store.append(Stores.freshStream(), [Stores.event()])
      expect(yield* store.head).toBe(1)
    }))
  )

  test(
    "a new projection is named by the error of opening it, also in a transaction",
    run(Effect.gen(function*() {
      const { name, session, url } = yield* setUp
      const { readModels, sql } = yield* Stores.open(url, { queryTimeout })
      const wanted = ReadModels.projection({ name: "held" })
      yield* session.unsafe(`select pg_advisory_lock(hashtextextended('held',
        (select oid::bigint from pg_class where relname = 'projection_generations')))`)
      const message = `open projection failed: projection "held" has been locked for 900 ms by ${name} ` +
        `(Wait for it, or end it by pg_terminate_backend.)`
      expect(yield* Effect.flip(readModels.open(wanted))).toMatchObject({ _tag: "EventStoreError", message })
      expect(yield* Effect.flip(sql.withTransaction(readModels.open(wanted)))).toMatchObject({ message })
    }))
  )
})

describe("the error of a blocked append names the session, of any role, and nothing is stored:", () => {
  const ofStream = (stream: string) =>
    `pg_advisory_lock(hashtextextended('${stream}', (select oid::bigint from pg_class where relname = 'event_position')))`
  const ofKey =
    `pg_advisory_lock(hashtextextended('k', -(select oid::bigint from pg_class where relname = 'event_position')))`
  const ofPosition = "pg_advisory_lock((select oid::int from pg_class where relname = 'event_position'), 0)"

  type Failure = { readonly _tag: string; readonly message: string }
  type Blocked = readonly [
    name: string,
    lock: (stream: string) => string,
    append: (opened: Stores.Opened, stream: StreamName) => Effect.Effect<unknown, Failure>
  ]

  const one = ({ store }: Stores.Opened, stream: StreamName) => store.append(stream, [Stores.event()])

  const cases: ReadonlyArray<Blocked> = [
    ["by a lock on its stream", ofStream, one],
    ["by a lock on the positions", () => ofPosition, one],
    [
      "by a lock on its idempotency key",
      () => ofKey,
      ({ store }, stream) => store.append(stream, [Stores.event()], { idempotency: { key: "k", fingerprint: "f" } })
    ],
    [
      "by a lock on a stream that it guards",
      () => ofStream("thing-guarded"),
      ({ store }, stream) =>
        store.commit({
          writes: [
            { stream, expected: ExpectedVersion.Any, events: [Stores.event()] },
            { stream: Stores.streamName("thing-guarded"), expected: ExpectedVersion.NoStream, events: [] }
          ]
        })
    ],
    [
      "in a transaction of the caller",
      ofStream,
      (opened, stream) => Effect.catchTag(opened.sql.withTransaction(one(opened, stream)), "SqlError", Effect.die)
    ]
  ]

  test.each(cases)("%s", (_, lock, append) =>
    run(Effect.gen(function*() {
      const { name, session, url } = yield* setUp
      const opened = yield* Stores.open(url, { queryTimeout: "4 seconds", retryAppendsFor: 0 })
      const stream = Stores.freshStream()
      yield* session.unsafe(`select ${lock(stream)}`)
      const { _tag, message } = yield* Effect.flip(append(opened, stream))
      expect([_tag, message]).toEqual([
        "EventStoreError",
        `append failed: a stream, key or position that this append needs has been locked for 3600 ms by ${name} ` +
        `(Wait for it, or end it by pg_terminate_backend.)`
      ])
      yield* session`select pg_advisory_unlock_all()`
      expect(yield* Stores.readStream(opened.store, stream)).toEqual([])
      yield* append(opened, stream)
      expect(yield* Stores.readStream(opened.store, stream)).toHaveLength(1)
    }))())

  test(
    "by the functions of the SQL API, within the lock_timeout of the session",
    run(Effect.gen(function*() {
      const { admin, name, session, url } = yield* setUp
      yield* Stores.open(url)
      yield* session.unsafe(`select ${ofStream("thing-1")}`)
      yield* admin`set lock_timeout = 100`
      const { reason } = yield* Effect.flip(admin`select from refold.append_event('thing-1', 'Happened', '{}')`)
      expect(reason.cause).toMatchObject({
        code: "55P03",
        message: `a stream, key or position that this append needs has been locked for 100 ms by ${name}`
      })
      expect(yield* admin`show lock_timeout`).toEqual([{ lock_timeout: "100ms" }])
    }))
  )

  test(
    "an append whose lock is released in time is stored, and does not change the lock_timeout of the transaction",
    run(Effect.gen(function*() {
      const { admin, session, url } = yield* setUp
      const { sql, store } = yield* Stores.open(url)
      yield* session`begin`
      yield* session.unsafe(`select ${ofStream("thing-1").replace("lock(", "xact_lock(")}`)
      const limit = yield* sql.withTransaction(Effect.gen(function*() {
        const pid = yield* Stores.backend(yield* PgClient.PgClient)
        const appending = yield* Effect.forkChild(store.append(Stores.streamName("thing-1"), [Stores.event()]))
        yield* Stores.untilWaiting(admin, pid)
        yield* session`commit`
        yield* Fiber.join(appending)
        return yield* sql`show lock_timeout`
      })).pipe(Effect.provideService(PgClient.PgClient, sql))
      expect(limit).toEqual([{ lock_timeout: "0" }])
      expect(yield* store.head).toBe(1)
    }))
  )
})

test(
  "the bound names the session, of any role, that holds readers back, with its application and its role",
  run(Effect.gen(function*() {
    const { name, session, url } = yield* setUp
    const { reader, store } = yield* Stores.open(url)
    yield* session.unsafe(
      `select pg_advisory_lock_shared((select oid::int from pg_class where relname = 'event_position'), 0)`
    )
    yield* store.append(Stores.freshStream(), [Stores.event()])
    const { head, heldBackBy, last } = yield* reader.bound
    expect([head, Number(last), heldBackBy.map(({ description }) => description)]).toEqual([0, 1, [name]])
  }))
)
