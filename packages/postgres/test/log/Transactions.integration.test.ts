// The caller's transaction: appends are committed or rolled back with it; a refusal does not abort it; the global log cannot be
// read under a snapshot that would miss events.
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const setUp = Effect.gen(function*() {
  const { snapshots, sql, store, url } = yield* Stores.Database
  const stream = Stores.freshStream()
  return {
    snapshots,
    sql,
    store,
    url,
    stream,
    append: (event = Stores.event()) => Effect.as(store.append(stream, [event]), event.id),
    stored: Effect.map(Stores.readStream(store, stream), (events) => events.map(({ id }) => id))
  }
})

describe("an append in the caller's transaction", () => {
  test(
    "is stored with the caller's own rows",
    run(Effect.gen(function*() {
      const { append, sql, stored } = yield* setUp
      yield* sql`create table own (id uuid)`
      const id = yield* sql.withTransaction(Effect.tap(append(), (id) => sql`insert into own values (${id})`))
      expect(yield* stored).toEqual([id])
      expect(yield* sql`select id from own`).toEqual([{ id }])
    }))
  )

  test(
    "is not stored if the caller fails after it, and its key can be used again",
    run(Effect.gen(function*() {
      const { sql, store, stored, stream } = yield* setUp
      const append = store.append(stream, [Stores.event()], { idempotency: { key: randomUUID() } })
      const error = yield* Effect.flip(sql.withTransaction(Effect.andThen(append, Effect.fail("the caller's own"))))
      expect(error).toBe("the caller's own")
      expect(yield* stored).toEqual([])
      expect(yield* append).toMatchObject({ deduplicated: false, streams: [{ version: 1 }] })
    }))
  )

  test(
    "is visible to reads of its stream inside the transaction, and to no other session before the commit",
    run(Effect.gen(function*() {
      const { append, sql, store, stored, stream, url } = yield* setUp
      const outside = yield* Stores.open(url, { migrate: false })
      const start = yield* store.head
      yield* sql.withTransaction(Effect.gen(function*() {
        const id = yield* append()
        expect(yield* stored).toEqual([id])
        expect(yield* Stores.readStream(outside.store, stream)).toEqual([])
        // Not in the global log either, where other events may still get an earlier place.
        expect(yield* Stores.readIds(store, { after: start })).toEqual([])
        expect(yield* store.head).toBe(start)
        expect(yield* Stores.readIds(outside.store, { after: start })).toEqual([])
      }))
      expect(yield* Stores.readIds(outside.store, { after: start })).toEqual(yield* stored)
    }))
  )

  test(
    "continues after earlier appends of the transaction",
    run(Effect.gen(function*() {
      const { sql, store, stored, stream } = yield* setUp
      const events = [Stores.event(), Stores.event(), Stores.event()] as const
      const appended = yield* sql.withTransaction(
        Effect.forEach(events, (event, n) => store.append(stream, [event], { expected: ExpectedVersion.Exact(n) }))
      )
      expect(appended.map(({ streams: [{ version }] }) => version)).toEqual([1, 2, 3])
      expect(yield* stored).toEqual(events.map(({ id }) => id))
    }))
  )

  test(
    "that is refused leaves the transaction usable, and it commits",
    run(Effect.gen(function*() {
      const { append, sql, store, stored, stream } = yield* setUp
      const known = Stores.event()
      const key = randomUUID()
      yield* store.append(stream, [known], { idempotency: { key } })
      const refusals = yield* sql.withTransaction(Effect.gen(function*() {
        const refusals = [
          yield* Effect.flip(store.append(stream, [Stores.event()], { expected: ExpectedVersion.NoStream })),
          yield* Effect.flip(store.append(stream, [known])),
          yield* Effect.flip(store.append(stream, [Stores.event(), known])),
          yield* Effect.flip(store.append(stream, [Stores.event({ type: "Other" })], { idempotency: { key } })),
          yield* Effect.flip(store.append(stream, [Stores.event({ data: "\u0000" })]))
        ]
        yield* append()
        return refusals
      }))
      expect(refusals.map(({ _tag }) => _tag)).toEqual([
        "VersionConflict",
        "DuplicateEventId",
        "DuplicateEventId",
        "IdempotencyConflict",
        "InvalidInput"
      ])
      expect(yield* stored).toHaveLength(2)
    }))
  )

  test(
    "in a nested transaction that fails is rolled back alone",
    run(Effect.gen(function*() {
      const { append, sql, stored } = yield* setUp
      const kept = yield* sql.withTransaction(Effect.gen(function*() {
        const before = yield* append()
        const nested = sql.withTransaction(Effect.andThen(append(), Effect.fail("nested")))
        expect(yield* Effect.flip(nested)).toBe("nested")
        return [before, yield* append()]
      }))
      expect(yield* stored).toEqual(kept)
    }))
  )

  test(
    "under REPEATABLE READ is an error, not a wrong version, if another writer has appended since the snapshot",
    run(Effect.gen(function*() {
      const { append, sql, store, stored, stream, url } = yield* setUp
      const outside = yield* Stores.open(url, { migrate: false })
      const first = yield* append()
      const second = Stores.event()
      const error = yield* Effect.flip(
        sql.withTransaction(Effect.gen(function*() {
          yield* stored
          yield* outside.store.append(stream, [second])
          return yield* store.append(stream, [Stores.event()])
        })).pipe(Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL REPEATABLE READ"))
      )
      expect(error).toMatchObject({
        _tag: "EventStoreError",
        message: "append failed: another transaction appended first, and this transaction cannot see it " +
          "(Retry the transaction, or begin it at READ COMMITTED.)"
      })
      expect(yield* stored).toEqual([first, second.id])
    }))
  )
})

describe("a snapshot saved in the caller's transaction", () => {
  test(
    "is committed or rolled back with it",
    run(Effect.gen(function*() {
      const { append, snapshots, sql, store, stream } = yield* setUp
      yield* append()
      const { id, position, recordedAt, version } = (yield* Stores.readStream(store, stream))[0]!
      const key = { stream, view: "view", fingerprint: "1" }
      const save = snapshots.save(key, { lastEventId: id, position, recordedAt, version, state: 1 })
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(save, Effect.fail("no"))))
      expect(yield* snapshots.find(key)).toMatchObject({ _tag: "None" })
      yield* sql.withTransaction(save)
      expect(yield* snapshots.find(key)).toMatchObject({ _tag: "Some", value: { state: 1, version, position } })
    }))
  )
})

describe("the global log in the caller's transaction", () => {
  for (const level of ["REPEATABLE READ", "SERIALIZABLE"]) {
    const inside = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.gen(function*() {
        const { sql } = yield* Stores.Database
        return yield* Effect.provideService(
          sql.withTransaction(effect),
          SqlClient.BeginTransaction,
          `BEGIN ISOLATION LEVEL ${level}`
        )
      })

    test(
      `is refused under ${level}, and the transaction stays usable`,
      run(Effect.gen(function*() {
        const { append, store, stored } = yield* setUp
        const refusals = yield* inside(Effect.gen(function*() {
          const refusals = [yield* Effect.flip(Stores.readIds(store)), yield* Effect.flip(store.head)]
          yield* append()
          return refusals
        }))
        const refusal = { _tag: "InvalidInput", field: "transaction isolation", rule: expect.stringContaining(level) }
        expect(refusals).toMatchObject([refusal, refusal])
        expect(yield* stored).toHaveLength(1)
      }))
    )
  }

  test(
    "is read if the database's default is REPEATABLE READ, because the store sets its sessions to READ COMMITTED",
    run(Effect.gen(function*() {
      const { append, store, url } = yield* setUp
      const start = yield* store.head
      const strict = new URL(url)
      strict.searchParams.set("options", "-c default_transaction_isolation=repeatable\\ read")
      const opened = yield* Stores.open(strict.href, { migrate: false })
      expect(yield* opened.sql`show default_transaction_isolation`).toMatchObject([{
        default_transaction_isolation: "read committed"
      }])
      const id = yield* append()
      const read = Stores.readIds(opened.store, { after: start })
      expect(yield* read).toEqual([id])
      expect(yield* opened.sql.withTransaction(read)).toEqual([id])
    }))
  )

  test(
    "is read under READ COMMITTED, up to date on each read",
    run(Effect.gen(function*() {
      const { sql, store, url } = yield* setUp
      const outside = yield* Stores.open(url, { migrate: false })
      const start = yield* store.head
      const unread = Stores.readIds(store, { after: start })
      yield* sql.withTransaction(Effect.gen(function*() {
        expect(yield* unread).toEqual([])
        const event = Stores.event()
        const { position } = yield* outside.store.append(Stores.freshStream(), [event])
        expect(yield* unread).toEqual([event.id])
        expect(yield* store.head).toBe(position)
      }))
    }))
  )
})
