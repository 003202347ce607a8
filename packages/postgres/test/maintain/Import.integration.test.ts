// Exports and imports between all adapters, and other operations on a server during an import.
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Consumer from "@refold/store/consume/Consumer"
import { EventStore } from "@refold/store/log/EventStore"
import * as Store from "@refold/store/maintain/Store"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"
import * as WholeStores from "../support/WholeStores.ts"

const serverAt = (url: string) => PostgresStore.layer({ url: Redacted.make(url) })
const server = Layer.unwrap(Effect.suspend(() => Effect.map(freshDatabase(), serverAt)))
const adapters = [["memory", MemoryStore.layer], ["embedded", EmbeddedStore.layer()], ["server", server]] as const

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

const open = <E>(layer: Layer.Layer<WholeStores.Services, E, Scope.Scope>) => Layer.build(Layer.fresh(layer))

const filled = Effect.gen(function*() {
  const store = yield* open(MemoryStore.layer)
  yield* Effect.provideContext(WholeStores.fill, store)
  return yield* WholeStores.linesOf(store)
})

describe("a store", () => {
  it.each(adapters.flatMap(([from, source]) => adapters.map(([to, target]) => [from, to, source, target] as const)))(
    "in %s is imported into one in %s",
    (_, __, source, target) =>
      run(Effect.gen(function*() {
        const from = yield* open(source)
        yield* Effect.provideContext(WholeStores.fill, from)
        const lines = yield* WholeStores.linesOf(from)
        const to = yield* open(target)
        yield* WholeStores.importInto(to, lines, { dryRun: true })
        expect(yield* WholeStores.importInto(to, lines)).toMatchObject({
          counts: { events: 6, keys: 3, discards: 1, consumers: 1 },
          resumedAfter: 0
        })
        expect(WholeStores.comparable(yield* WholeStores.linesOf(to))).toEqual(WholeStores.comparable(lines))
        const { append, findAppended } = Context.get(to, EventStore)
        expect(yield* findAppended({ key: "given", fingerprint: "f" })).toMatchObject({ _tag: "Some" })
        expect(yield* Effect.flip(findAppended({ key: "given", fingerprint: "other" })))
          .toMatchObject({ _tag: "IdempotencyConflict" })
        yield* append(Stores.streamName("thing-2"), [Stores.event({ data: { n: 9 } })])
        const delivered: Array<number> = []
        yield* Effect.provideContext(Consumer.catchUp(WholeStores.consumer(delivered)), to)
        expect(delivered).toEqual([9])
      }))()
  )

  it(
    "is imported by its owner, and by no other role",
    run(Effect.gen(function*() {
      const lines = yield* filled
      const url = yield* freshDatabase()
      const admin = { sql: yield* Stores.connect(url), url }
      const owner = yield* LoginRole.login(admin, "owner", [`create on database ${new URL(url).pathname.slice(1)}`])
      const owned = yield* open(serverAt(owner))
      const writer = yield* LoginRole.login(admin, "writer", [])
      const session = yield* Stores.connect(owner)
      const grants = PostgresStore.grants(LoginRole.nameOf(writer), "writer")
      for (const statement of Result.getOrThrow(grants)) yield* session.unsafe(statement)
      const written = yield* open(PostgresStore.layer({ url: Redacted.make(writer), migrate: false }))
      for (
        const [object, effect] of [
          ["begin_import", WholeStores.importInto(written, lines)],
          ["store_content", WholeStores.importInto(written, lines, { dryRun: true })],
          ["abandon_import", Effect.provideContext(Store.abandonImport, written)],
          ["content_fingerprint", WholeStores.linesOf(written)]
        ] as const
      ) {
        expect(yield* Effect.flip(Effect.asVoid(effect as Effect.Effect<unknown, Error>))).toMatchObject({
          _tag: "EventStoreError",
          cause: { _tag: "PermissionDenied", object, right: undefined },
          message: expect.stringContaining(`connect as the owner of the store, which alone may use ${object}`)
        })
      }
      expect((yield* WholeStores.importInto(owned, lines)).counts.events).toBe(6)
      expect(yield* Context.get(written, EventStore).head).toBe(yield* Context.get(owned, EventStore).head)
    }))
  )
})

const incomplete = { _tag: "EventStoreError", cause: { _tag: "StoreIncomplete" } }

describe("during an import", () => {
  const begun = Effect.gen(function*() {
    const lines = yield* filled
    const url = yield* freshDatabase()
    const store = yield* open(serverAt(url))
    const { readAll, readStream, append } = Context.get(store, EventStore)
    const reads = [
      Stream.runCollect(readAll()),
      Stream.runCollect(readStream(Stores.streamName("thing-1"))),
      append(Stores.streamName("thing-1"), [Stores.event()])
    ]
    // Their statements are prepared before the import.
    for (const read of reads.slice(0, 2)) yield* read as Effect.Effect<unknown>
    yield* Effect.ignore(WholeStores.importInto(store, lines.slice(0, 4)))
    return { lines, url, store, reads, sql: yield* Stores.connect(url) }
  })

  it(
    "reads and appends of programs are refused with the reason, and succeed after its end",
    run(Effect.gen(function*() {
      const { lines, reads, sql, store, url } = yield* begun
      for (const read of reads) {
        expect(yield* Effect.flip(read as Effect.Effect<unknown, unknown>)).toMatchObject(incomplete)
      }
      const other = yield* open(serverAt(url))
      expect(yield* Effect.flip(Context.get(other, EventStore).head)).toMatchObject(incomplete)
      expect(yield* Effect.flip(sql`SELECT * FROM refold.read_stream('thing-1')`))
        .toMatchObject({ reason: { cause: { code: "RF011" } } })
      expect(yield* WholeStores.importInto(store, lines)).toMatchObject({ resumedAfter: 4, counts: { events: 6 } })
      for (const read of reads) yield* read as Effect.Effect<unknown>
      expect(yield* refusals(sql, "event_store")).toEqual([refused, refused, refused])
    }))
  )

  it(
    "another file is refused, and so is the same file with other content in the imported part",
    run(Effect.gen(function*() {
      const { lines, store } = yield* begun
      const other = yield* filled
      expect(yield* Effect.flip(WholeStores.importInto(store, other)))
        .toMatchObject({ _tag: "ImportMismatch", reason: expect.stringContaining("in the middle of the import of") })
      const changed = lines.with(2, lines[2]!.replace("-2", "-3"))
      expect(yield* Effect.flip(WholeStores.importInto(store, changed)))
        .toMatchObject({ _tag: "ImportMismatch", reason: "the first 4 lines differ from those that are stored" })
    }))
  )

  it(
    "the import is given up, and the store is empty and accepts another import",
    run(Effect.gen(function*() {
      const { reads, sql, store } = yield* begun
      expect(yield* refusals(sql, "incomplete_event_store", ["UPDATE", "DELETE"])).toEqual([refused, refused])
      const abandon = Effect.provideContext(Store.abandonImport, store)
      expect([yield* abandon, yield* abandon]).toEqual([true, false])
      for (const read of reads.slice(0, 2)) expect(yield* read as Effect.Effect<unknown>).toEqual([])
      expect(yield* refusals(sql, "event_store")).toEqual([refused, refused, refused])
      expect((yield* WholeStores.importInto(store, yield* filled)).resumedAfter).toBe(0)
    }))
  )
})

/** The SQLSTATEs of statements that change the table. */
const refusals = (
  sql: PgClient.PgClient,
  table: string,
  kinds: ReadonlyArray<string> = ["UPDATE", "DELETE", "TRUNCATE"]
) => {
  const statements: Readonly<Record<string, string>> = {
    UPDATE: `update refold.${table} set type = 'x'`,
    DELETE: `delete from refold.${table}`,
    TRUNCATE: `truncate refold.${table}`
  }
  return Effect.forEach(
    kinds,
    (kind) =>
      Effect.map(Effect.flip(sql.unsafe(statements[kind]!)), ({ reason }) => Reflect.get(Object(reason.cause), "code"))
  )
}

const refused = "23001"

it(
  "an import that loses its connection continues after the last batch",
  run(Effect.gen(function*() {
    const source = yield* open(MemoryStore.layer)
    const { append } = Context.get(source, EventStore)
    for (let n = 0; n < 25; n++) {
      const events = Array.from({ length: 100 }, (_, m) => Stores.event({ data: { n, m } }))
      yield* append(Stores.streamName(`thing-${n % 3}`), events as [typeof events[0] & {}])
    }
    const lines = yield* WholeStores.linesOf(source)
    const url = yield* freshDatabase()
    const sql = yield* Stores.connect(url)
    const killed = Stream.fromIterable(lines).pipe(
      Stream.rechunk(100),
      Stream.mapEffect((line) =>
        line === lines[2200]
          ? Effect.as(
            Effect.orDie(
              sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
            ),
            "not JSON"
          )
          : Effect.succeed(line)
      )
    )
    const store = yield* open(serverAt(url))
    yield* Effect.flip(Effect.provideContext(Store.importLines(killed), store))
    const { resumedAfter } = yield* WholeStores.importInto(store, lines)
    expect(resumedAfter).toBeGreaterThanOrEqual(2001)
    expect(WholeStores.comparable(yield* WholeStores.linesOf(store))).toEqual(WholeStores.comparable(lines))
  }))
)

it(
  "an export ends before a commit that the head divides, without its events and its key",
  run(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const store = yield* open(serverAt(url))
    const { append, commit } = Context.get(store, EventStore)
    yield* append(Stores.streamName("thing-1"), [Stores.event({ data: { n: 1 } })])
    yield* commit({
      writes: [{
        stream: Stores.streamName("thing-2"),
        expected: { _tag: "Any" },
        events: [Stores.event(), Stores.event(), Stores.event()]
      }],
      idempotency: { key: "divided" }
    })
    // Another writer took its lock while the positions of the commit were drawn, and its transaction is open.
    const writer = yield* Stores.connect(url)
    yield* writer`SELECT pg_advisory_lock_shared('refold.event_position'::regclass::oid::int4, 3)`
    expect(yield* Context.get(store, EventStore).head).toBe(3)
    const kinds = (lines: ReadonlyArray<string>) => lines.map((line) => JSON.parse(line).kind)
    const lines = yield* WholeStores.linesOf(store)
    expect(kinds(lines)).toEqual(["header", "event", "trailer"])
    yield* writer`SELECT pg_advisory_unlock_shared('refold.event_position'::regclass::oid::int4, 3)`
    expect(kinds(yield* WholeStores.linesOf(yield* open(serverAt(url)))))
      .toEqual(["header", "event", "event", "event", "event", "key", "trailer"])
    const target = yield* open(MemoryStore.layer)
    expect((yield* WholeStores.importInto(target, lines)).counts).toMatchObject({ events: 1, keys: 0 })
  }))
)

it.each(adapters)(
  "a commit that spans two batches is imported into %s",
  (_, layer) =>
    run(Effect.gen(function*() {
      const source = yield* open(MemoryStore.layer)
      const events = Array.from({ length: 1500 }, () => Stores.event())
      yield* Context.get(source, EventStore).append(Stores.streamName("thing-1"), events as [typeof events[0] & {}])
      const lines = yield* WholeStores.linesOf(source)
      const target = yield* open(layer)
      yield* WholeStores.importInto(target, lines, { dryRun: true })
      yield* WholeStores.importInto(target, lines)
      expect(WholeStores.comparable(yield* WholeStores.linesOf(target))).toEqual(WholeStores.comparable(lines))
      const other = yield* open(layer)
      const dangling = lines.with(1400, lines[1400]!.replace(/"commit":\d+/, "\"commit\":7"))
      for (const dryRun of [true, false]) {
        expect(yield* Effect.flip(WholeStores.importInto(other, dangling, { dryRun })))
          .toMatchObject({ _tag: "InvalidLine", line: 1401, field: "event.commit" })
      }
    }))()
)
