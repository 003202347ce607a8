// The schema: created once however many start at a time, apart from other schemas, under safe names only.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import { freshDatabase } from "./support/freshDatabase.ts"
import * as LoginRole from "./support/LoginRole.ts"
import * as Proxy from "./support/Proxy.ts"
import * as Stores from "./support/Stores.ts"

const run = Stores.runner()

/** Everything that a migration may make: tables, columns, functions with their text, triggers, rights, its own record. */
const catalogue = (sql: Stores.Opened["sql"], schema: string) =>
  sql.unsafe(
    `select 'relation' as kind, relname::text as name, relacl::text as detail, xmin::text as written
      from pg_class where relnamespace = $1::regnamespace
    union all select 'column', attrelid::regclass || '.' || attname, format_type(atttypid, atttypmod), a.xmin::text
      from pg_attribute a join pg_class c on c.oid = attrelid where relnamespace = $1::regnamespace
    union all select 'function', proname, prosrc || proacl::text, xmin::text
      from pg_proc where pronamespace = $1::regnamespace
    union all select 'trigger', tgname, tgenabled::text, t.xmin::text
      from pg_trigger t join pg_class c on c.oid = tgrelid where relnamespace = $1::regnamespace
    order by 1, 2`,
    [schema]
  )

describe("a store that starts", () => {
  test("on a fresh database together with others comes up, and so do they", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* freshDatabase()
      const stores = yield* Effect.forEach([1, 2, 3, 4], () => Stores.open(url), { concurrency: 4 })
      const stream = Stores.freshStream()
      yield* Effect.forEach(stores, ({ store }) => store.append(stream, [Stores.event()]), { concurrency: 4 })
      expect(yield* Stores.readStream(stores[0]!.store, stream)).toHaveLength(4)
    }))))

  test(
    "for the second time changes nothing",
    run(Effect.gen(function*() {
      const { sql, store, url } = yield* Stores.Database
      yield* store.append(Stores.freshStream(), [Stores.event()])
      const before = yield* catalogue(sql, "refold")
      const migrations = yield* sql`select * from refold.migrations`
      yield* Stores.open(url)
      expect(before.length).toBeGreaterThan(50)
      expect(yield* catalogue(sql, "refold")).toEqual(before)
      expect(yield* sql`select * from refold.migrations`).toEqual(migrations)
    }))
  )

  test(
    "under another schema is a store of its own: events, ids, keys, snapshots and versions",
    run(Effect.gen(function*() {
      const { store, url, snapshots } = yield* Stores.Database
      const other = yield* Stores.open(url, { schema: "tenant_2" })
      const stream = Stores.freshStream()
      const event = Stores.event()
      const options = { idempotency: { key: "the same in both", fingerprint: "f" } }
      const appended = yield* store.append(stream, [event], options)
      const key = { stream, view: "v", fingerprint: "f" }
      yield* snapshots.save(key, { ...appended.streams[0], state: 1 })
      expect(yield* Stores.readStream(other.store, stream)).toEqual([])
      expect(yield* other.store.head).toBe(0)
      expect(yield* other.store.findAppended({ key: "the same in both", fingerprint: "f" })).toMatchObject({
        _tag: "None"
      })
      expect(yield* other.snapshots.find(key)).toMatchObject({ _tag: "None" })
      const again = yield* other.store.append(stream, [event], options)
      expect(again).toMatchObject({ deduplicated: false, position: 1, streams: [{ version: 1 }] })
    }))
  )

  for (const schema of ["_", "select", "a".repeat(63), "x1_", "public"]) {
    test(
      `may be called ${schema}`,
      run(Effect.gen(function*() {
        const { url } = yield* Stores.Database
        const { store } = yield* Stores.open(url, { schema })
        const event = Stores.event()
        yield* store.append(Stores.freshStream(), [event])
        expect(yield* Stores.readIds(store)).toEqual([event.id])
      }))
    )
  }

  const badNames = [
    "",
    "A",
    "1a",
    "a-b",
    "a.b",
    "a b",
    "ä",
    "a".repeat(64),
    `refold"; drop schema refold cascade; --`,
    `refold'; drop schema refold cascade; --`,
    "refold\n",
    "refold\u0000",
    "$1",
    "pg_mine",
    "pg_catalog"
  ]
  for (const schema of badNames) {
    test(
      `cannot be called ${JSON.stringify(schema)}`,
      run(Effect.gen(function*() {
        const { url } = yield* Stores.Database
        for (const migrate of [true, false]) {
          expect(yield* Effect.flip(Stores.open(url, { schema, migrate }))).toMatchObject({
            _tag: "InvalidInput",
            field: "schema"
          })
        }
      }))
    )
  }
})

test("a connection lost while the schema is made is an error that says so, and the next start makes it", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const proxy = yield* Proxy.start(yield* freshDatabase())
    const lost = proxy.loseRequest("CREATE SCHEMA")
    expect(yield* Effect.flip(Stores.open(proxy.url))).toMatchObject({ _tag: "EventStoreError", operation: "migrate" })
    yield* Effect.promise(() => lost)
    const { store } = yield* Stores.open(proxy.url)
    expect(yield* store.head).toBe(0)
  }))))

test("a store that does not migrate says at its first use what is missing", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const { store } = yield* Stores.open(yield* freshDatabase(), { migrate: false })
    const errors = [
      yield* Effect.flip(store.append(Stores.freshStream(), [Stores.event()])),
      yield* Effect.flip(Stream.runDrain(store.readStream(Stores.freshStream()))),
      yield* Effect.flip(store.head)
    ]
    expect(errors.map(({ message }) => message)).toEqual([
      `append failed: schema "refold" does not exist`,
      `read failed: relation "refold.event_store" does not exist`,
      `read head failed: schema "refold" does not exist`
    ])
  }))))

test("a role that may not create the schema is told so", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const { sql, url } = yield* Stores.open(yield* freshDatabase(), { migrate: false })
    const role = yield* LoginRole.make(sql, url, `nobody_${process.pid}`)
    const error = yield* Effect.flip(Stores.open(role.url))
    expect(error.message).toMatch(/^migrate failed: permission denied for database refold_\w+$/)
  }))))
