// A pooler gives a session to another client after each transaction: with `pooler` a store leaves no state in a session.
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const connections = 3

/** The state that is left in a session. */
interface Left {
  readonly statements: number
  readonly locks: number
  readonly setting: string | null
}

const left = `select (select count(*)::int from pg_prepared_statements) as statements,
  (select count(*)::int from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as locks,
  current_setting('refold_store.locked_position', true) as setting`

/** Uses every part of a store, on every connection of its pool. */
const exercise = (options: { readonly pooler: boolean }) =>
  Effect.gen(function*() {
    const { url } = yield* Stores.Database
    const { snapshots, sql, store } = yield* Stores.open(url, { ...options, maxConnections: connections })
    const use = Effect.gen(function*() {
      const stream = Stores.freshStream()
      const event = Stores.event()
      const { streams: [{ position, recordedAt, version }] } = yield* store.append(stream, [event])
      yield* sql.withTransaction(Effect.andThen(
        store.append(stream, [Stores.event()]),
        Effect.ignore(sql.withTransaction(Effect.andThen(Stores.readIds(store), Effect.fail("nested"))))
      ))
      const key = { stream, view: "v", fingerprint: "f" }
      yield* snapshots.save(key, { lastEventId: event.id, position, recordedAt, version, state: 1 })
      yield* snapshots.find(key)
      yield* store.findAppended({ key: "none", fingerprint: "f" })
      yield* store.head
      return (yield* Stores.readStream(store, stream)).length
    })
    const lengths = yield* Effect.forEach(Arr.makeBy(12, () => use), (use) => use, { concurrency: connections })
    expect(lengths).toEqual(lengths.map(() => 2))
    // All of them, because none is released before all are taken.
    const pool = yield* Effect.all(Arr.makeBy(connections, () => sql.reserve), { concurrency: connections })
    const rows: ReadonlyArray<ReadonlyArray<Left>> = yield* Effect.forEach(
      pool,
      (connection) => connection.executeUnprepared(left, [], undefined)
    )
    return rows.flat()
  })

test(
  "with `pooler` no connection has a prepared statement, a lock or a setting left",
  run(Effect.gen(function*() {
    for (const { locks, setting, statements } of yield* exercise({ pooler: true })) {
      expect({ locks, setting: setting ?? "", statements }).toEqual({ locks: 0, setting: "", statements: 0 })
    }
  }))
)

test(
  "without `pooler` every connection has prepared statements, so the previous test can fail",
  run(Effect.gen(function*() {
    for (const { statements } of yield* exercise({ pooler: false })) expect(statements).toBeGreaterThan(5)
  }))
)
