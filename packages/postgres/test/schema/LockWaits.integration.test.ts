// A program that starts does not wait without an end for a lock that another session holds, and says which session that is: any
// role that may connect can take an advisory lock whose key it can compute.
import * as Effect from "effect/Effect"
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
  const stranger = yield* LoginRole.login({ sql: admin, url }, "stranger", [])
  const session = yield* Stores.connect(stranger)
  const name = `session ${yield* Stores.backend(session)} (application "by hand", user ${LoginRole.nameOf(stranger)})`
  return { admin, name, session, url }
})

const queryTimeout = "1 second"

const migrations = "hashtextextended('refold migrations of refold', 0)"

describe("a session that holds the lock of", () => {
  test(
    "the migrations of a store is named by opening it, and by migrating it",
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
    "the migrations of a store that is migrated already keeps no program from starting",
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
    "a projection that begins is named by opening it, also in a transaction",
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

test(
  "a session of any role that holds readers back is named by the bound, with its application and its role",
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
