// The cost of an append or a read does not grow with the store: each finds its rows by an index, with custom and with
// generic plans, before and after the table is first analysed, and with plans made while it was empty.
import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Soak from "../support/Soak.ts"
import * as Stores from "../support/Stores.ts"

const events = Soak.size({ test: 20_000, full: 100_000 })

/** A thousand streams, and as many keys as events. */
const fill = (sql: Stores.Opened["sql"]) =>
  Effect.andThen(
    sql`insert into refold.event_store
        (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
      select 'old-' || n % 1000, n / 1000 + 1, gen_random_uuid(), 'Happened', 1, '{}',
        jsonb_build_object('correlationId', 'r' || n / 10, 'causationId', 'c' || n / 10), now(), now()
      from generate_series(0, ${events - 1}::int) n`,
    sql`insert into refold.idempotency_keys select 'key ' || n, sha256(''), '[]' from generate_series(1, ${events}::int) n`
  )

/** A store that is not open and that autovacuum does not process. */
const migrated = Effect.gen(function*() {
  const url = yield* freshDatabase()
  yield* Effect.scoped(Effect.gen(function*() {
    const { sql } = yield* Stores.open(url)
    for (const table of ["event_store", "idempotency_keys"]) {
      yield* sql.unsafe(`alter table refold.${table} set (autovacuum_enabled = off)`)
    }
  }))
  return url
})

/** Appends of every kind: accepted, refused, repeated. */
const appends = ({ store }: Stores.Opened, stream = Stores.streamName("old-1")) =>
  Effect.gen(function*() {
    const event = Stores.event()
    yield* store.append(stream, [event])
    const keyed = { idempotency: { key: event.id, fingerprint: "f" } }
    for (let times = 0; times < 2; times++) yield* store.append(stream, [Stores.event(), Stores.event()], keyed)
    yield* Effect.flip(store.append(stream, [event]))
    yield* Effect.flip(store.append(Stores.freshStream(), [event, Stores.event()]))
    yield* store.findAppended({ key: event.id, fingerprint: "f" })
  })

/** An append whose answer is lost with its connection. */
const lookUps = ({ store }: Stores.Opened, proxy: Proxy.Proxy) =>
  Effect.gen(function*() {
    const lost = proxy.loseAnswer("lose this")
    yield* store.append(Stores.streamName("old-1"), [Stores.event({ data: "lose this" }), Stores.event()])
    yield* Effect.promise(() => lost)
  })

/** Reads of the whole log and of streams. */
const unanalysedReads = ({ store }: Stores.Opened) =>
  Effect.gen(function*() {
    yield* store.head
    yield* Stores.readIds(store, { after: Position(events / 2), limit: 10 })
    yield* Stores.readIds(store, { after: Position(events / 2), limit: 1_000 })
    yield* Stores.readStream(store, Stores.streamName("old-2"))
    yield* Stores.readStream(store, Stores.freshStream())
  })

/** Look-ups: of the bound, of an event, of some streams' versions. */
const answers = ({ sql, store }: Stores.Opened) =>
  Effect.gen(function*() {
    yield* store.bound
    const [row] = yield* sql<{ id: EventId }>`select event_id as id from refold.event_store where "position" = ${
      events / 2
    }`
    yield* store.findEvent(row!.id)
    yield* store.findEvent(Stores.event().id)
    yield* store.streamVersions(Array.from({ length: 20 }, (_, n) => Stores.streamName(`old-${n * 50}`)))
    yield* store.streamVersions([Stores.freshStream()])
  })

/** Subscribing from a position near the end. */
const following = ({ store }: Stores.Opened) =>
  Effect.gen(function*() {
    const after = Position((yield* store.head) - 10)
    yield* Stream.runDrain(Stream.take(store.subscribe({ after }), 10))
  })

/** Reads of about ten events each, from different parts of the store, and of a whole page. */
const reads = ({ store }: Stores.Opened) =>
  Effect.gen(function*() {
    const stream = Stores.streamName("old-2")
    const head = yield* store.head
    yield* Stores.readIds(store, { after: Position(head - 10) })
    yield* Stores.readIds(store, { after: Position(events / 2), limit: 10 })
    yield* Stores.readIds(store, { after: Position(events / 2), limit: 1_000 })
    yield* Stores.readIds(store, { after: Position(100), asOf: { _tag: "Position", position: Position(110) } })
    yield* Stores.readStream(store, stream)
    yield* Stores.readStream(store, Stores.freshStream())
    yield* Stream.runDrain(store.readStream(stream, { asOf: { _tag: "Position", position: Position(1_000) } }))
  })

/** The same with filters that every event passes. */
const filteredReads = ({ store }: Stores.Opened) =>
  Effect.gen(function*() {
    const filter = { types: ["Happened"], limit: 10 }
    yield* Stores.readIds(store, { ...filter, after: Position(events / 2), categories: ["old"] })
    yield* Stream.runDrain(store.readStream(Stores.streamName("old-2"), filter))
  })

/** The queries of tools: a page of streams, the last events, events by correlation and causation id. */
const browsing = ({ browser, store }: Stores.Opened) =>
  Effect.gen(function*() {
    const last = Position(yield* store.head)
    yield* Stream.runDrain(browser.listStreams({ after: Stores.streamName("old-5"), limit: 10 }))
    yield* Stream.runDrain(browser.listStreams({ category: "old", limit: 10 }))
    yield* Stream.runDrain(browser.listStreams({ category: "none" }))
    yield* Stream.runDrain(browser.readAllBackwards({ limit: 10 }))
    yield* Stream.runDrain(browser.readAllBackwards({ before: last, limit: 10, types: ["Happened"] }))
    yield* Stream.runDrain(browser.readStreamBackwards(Stores.streamName("old-2"), { limit: 10 }))
    yield* Stores.readIds(store, { correlationId: "r70" })
    yield* Stores.readIds(store, { causationId: "c70", after: Position(10), limit: 5 })
    yield* Stores.readIds(store, { correlationId: "none" })
  })

// More than the five times after which PostgreSQL considers a generic plan.
const rounds = 7

/** The number of rows that one round of a store's operations reads, and the number of its full scans. */
const cost = (url: string, operations: (opened: Stores.Opened, proxy: Proxy.Proxy) => Effect.Effect<void, unknown>) =>
  Effect.gen(function*() {
    const before = yield* activity(url)
    yield* Effect.scoped(Effect.gen(function*() {
      const proxy = yield* Proxy.start(url)
      const opened = yield* Stores.open(proxy.url, { migrate: false, maxConnections: 1 })
      yield* Effect.forEach(Array.from({ length: rounds }), () => operations(opened, proxy), { discard: true })
    }))
    const after = yield* activity(url)
    return { scans: (after.scans - before.scans) / rounds, rows: (after.rows - before.rows) / rounds }
  })

/** The statistics of the tables, after every connection has ended and so reported them. */
const activity = (url: string) =>
  Effect.scoped(Effect.gen(function*() {
    const session = yield* Stores.connect(url)
    yield* session`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.pipe(
      Effect.filterOrFail((others) => others.length === 0),
      Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 6_000 })
    )
    const [row] = yield* session<{ scans: number; rows: number }>`
      select sum(seq_scan)::int as scans, sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows
      from pg_stat_user_tables where schemaname = 'refold' and relname in ('event_store', 'idempotency_keys')`
    return row!
  }))

const withPlans = (url: string, mode: string) => {
  const configured = new URL(url)
  configured.searchParams.set("options", `-c plan_cache_mode=${mode}`)
  return configured.href
}

const cheap = { scans: 0, rows: expect.toSatisfy((rows: number) => rows < 2_000, "fewer than 2,000") }

/** A full store, and the cost of each operation in it with every kind of plan. */
const costsOf = (operations: Readonly<Record<string, Parameters<typeof cost>[1]>>, analysed: boolean) =>
  Effect.gen(function*() {
    const url = yield* migrated
    yield* Effect.scoped(Effect.gen(function*() {
      const session = yield* Stores.connect(url)
      yield* fill(session)
      if (analysed) yield* session`analyze`
    }))
    const modes = ["force_custom_plan", "force_generic_plan", "auto"]
    return yield* Effect.forEach(
      modes,
      (mode) =>
        Effect.forEach(
          Object.entries(operations),
          ([name, operation]) =>
            Effect.map(cost(withPlans(url, mode), operation), (costs) => ({ mode, name, ...costs }))
        )
    )
  }).pipe(Effect.map((costs) => costs.flat()))

describe.concurrent("appends and reads", () => {
  const writing = { appends: (opened: Stores.Opened) => appends(opened), lookUps }

  it("read few rows of a large store, with any kind of plan", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const costs = yield* costsOf({ ...writing, reads, filteredReads, answers, browsing, following }, true)
      expect(costs).toEqual(costs.map(({ mode, name }) => ({ mode, name, ...cheap })))
    }))))

  // Not the filtered reads: until autovacuum first analyses the tables, within about a minute, PostgreSQL estimates
  // that so few events pass a filter that it collects and sorts them.
  it("without a filter read few rows even before the tables are analysed, with any kind of plan", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const costs = yield* costsOf({ ...writing, reads: unanalysedReads, answers, following }, false)
      expect(costs).toEqual(costs.map(({ mode, name }) => ({ mode, name, ...cheap })))
    }))))

  for (const mode of ["force_generic_plan", "auto"]) {
    it(`read few rows if a connection planned the appends while the tables were empty, with ${mode}`, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function*() {
        const url = withPlans(yield* migrated, mode)
        let filled = false
        const { rows } = yield* cost(url, (opened) =>
          Effect.gen(function*() {
            if (!filled) {
              // More often than PostgreSQL plans a statement again.
              for (let n = 0; n < 10; n++) yield* appends(opened, Stores.streamName("warm-up"))
              yield* Effect.scoped(Effect.flatMap(Stores.connect(url), fill))
              filled = true
            }
            yield* appends(opened)
          }))
        // Scans of an empty table do not count.
        expect(rows).toBeLessThan(1_000)
      }))))
  }
})
