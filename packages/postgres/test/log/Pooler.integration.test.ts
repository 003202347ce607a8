// Behind a pooler a connection's statements and session may be another client's a moment later: with `pooler` a store
// leaves nothing behind in a session.
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const connections = 3

/** What a session has left. */
interface Left {
  readonly statements: number
  readonly locks: number
  readonly setting: string | null
}

const left = `select (select count(*)::int from pg_prepared_statements) as statements,
  (select count(*)::int from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as locks,
  current_setting('refold_store.locked_position', true) as setting`

/** Uses everything that a store has, on every connection of its pool. */
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
    // Each of them, for none is given back before all are taken.
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
  "without `pooler` every connection has prepared statements, which is what that test looks for",
  run(Effect.gen(function*() {
    for (const { statements } of yield* exercise({ pooler: false })) expect(statements).toBeGreaterThan(5)
  }))
)
