// A run that is killed and continued ends like an uninterrupted one, and no change that is written meanwhile is lost.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as Following from "../../postgres/test/support/Following.ts"
import { freshDatabase } from "../../postgres/test/support/freshDatabase.ts"
import * as Proxy from "../../postgres/test/support/Proxy.ts"
import { random } from "../../postgres/test/support/Seed.ts"
import * as Soak from "../../postgres/test/support/Soak.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import * as LegacyProcesses from "./support/LegacyProcesses.ts"
import { onDatabase } from "./support/LegacyStores.ts"
import * as LegacyWriters from "./support/LegacyWriters.ts"

const mapping = Accounts.mapping()

const tables = Soak.size({ test: 1, full: 20 })
const rows = Soak.size({ test: 1000, full: 4000 })
const kills = Soak.size({ test: 2, short: 5, full: 20 })
const accounts = Soak.size({ test: 150, full: 600 })
const writers = Soak.size({ test: 3, full: 5 })
const runs = Soak.size({ test: 3, full: 20 })

const batchSize = 50

/** The data that a run stores, except times and positions. */
const left = (sql: SqlClient.SqlClient) =>
  Effect.all({
    events: sql`select stream, version, event_id, type, data, metadata, occurred_at from refold.event_store
      order by stream, version`,
    rows: sql`select * from refold.legacy_rows order by key`,
    skipped: sql`select key, rows, reason from refold.legacy_skipped order by key`,
    runs: sql`select phase, rows_read, seeded, changed, removed, events from refold.legacy_runs order by id`
  })

/** Random rows, of which some are invalid; the same for the same seed. */
const fillWithAnything = (sql: SqlClient.SqlClient, rows: number, seed: number) =>
  Effect.andThen(
    sql`select setseed(${seed}::float8)`,
    sql`insert into accounts select
        case when random() < 0.01 then null when random() < 0.02 then 1 + floor(random() * ${rows}::int) else n end,
        case when random() < 0.01 then null when random() < 0.01 then 'nobody' else 'owner ' || n end,
        case when random() < 0.01 then null when random() < 0.01 then 'lots' when random() < 0.01 then '-1.00'
          else floor(random() * 1000) || '.00' end,
        timestamptz '2020-01-01' + n * interval '1 minute'
      from generate_series(1, ${rows}::int) n`
  )

/** The data that an uninterrupted run stores. */
const uninterrupted = (seed: number, rows: number) =>
  Effect.gen(function*() {
    const { sql } = yield* Stores.open(yield* freshDatabase())
    return yield* Effect.provideService(
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* sql.withTransaction(fillWithAnything(sql, rows, seed))
        yield* LegacyTable.seed(mapping)
        return yield* left(sql)
      }),
      SqlClient.SqlClient,
      sql
    )
  })

describe("an interrupted run", () => {
  for (let table = 1; table <= tables; table++) {
    // For setseed, up to 1.
    const seed = table / (tables + 1)
    test(
      `that is killed again and again ends like an uninterrupted run (table ${table})`,
      onDatabase((opened) =>
        Effect.gen(function*() {
          const { sql, url } = opened
          yield* Accounts.createTable()
          yield* sql.withTransaction(fillWithAnything(sql, rows, seed))
          for (let kill = 1; kill <= kills; kill++) {
            // The process stops before the end, so that a late kill still interrupts it.
            const pauseAfter = (rows * kill) / (kills + 1)
            const seeding = yield* LegacyProcesses.start({ url, work: "seed", batchSize, pauseAfter })
            yield* Following.until(Effect.sync(() => seeding.output() !== ""))
            yield* Effect.sleep(random() * 60)
            yield* seeding.kill
          }
          yield* LegacyTable.seed(mapping, { batchSize })
          const killed = yield* left(sql)
          const [[count], whole] = yield* Effect.all([
            sql<{ runs: bigint }>`select count(*) as runs from refold.legacy_runs`,
            uninterrupted(seed, rows)
          ])
          expect(count!.runs).toBe(1n)
          expect(killed.events.length).toBeGreaterThan(rows * 0.75)
          expect(killed.skipped.length).toBeGreaterThan(rows / 40)
          expect(killed).toEqual(whole)
          expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
          expect(yield* LegacyTable.seed(mapping)).toMatchObject({ events: 0 })
        })
      )
    )
  }

  test(
    "that loses its connection continues without a restart",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* sql.withTransaction(fillWithAnything(sql, rows, 0.3))
        const proxy = yield* Proxy.start(url)
        const through = yield* Stores.open(proxy.url, { migrate: false })
        let batches = 0
        const onProgress = () =>
          Effect.sync(() => {
            batches++
            if (batches === 2) void proxy.loseRequest("AS known")
            if (batches === 4) void proxy.loseAnswer("COMMIT")
            if (batches === 6) proxy.poison()
          })
        const run = LegacyTable.seed(mapping, { batchSize, onProgress })
        yield* Effect.provideService(run, SqlClient.SqlClient, through.sql)
        expect(yield* left(sql)).toEqual(yield* uninterrupted(0.3, rows))
      })
    )
  )
})

describe("writers of the legacy table", () => {
  for (const isInvalid of [false, true]) {
    test(
      `lose no change while the table is captured and seeded${isInvalid ? ", also with invalid values" : ""}`,
      onDatabase((opened) =>
        Effect.gen(function*() {
          const { sql, url } = opened
          yield* Accounts.createTable({ isUnique: true })
          yield* Accounts.fill(accounts)
          const options = { url, ids: accounts + 100, isInvalid }
          const writing = yield* Effect.forEach(
            Array.from({ length: writers }),
            () => Effect.forkScoped(LegacyWriters.keepWriting(options))
          )
          yield* LegacyTable.capture(mapping)
          const following = yield* Effect.forkScoped(LegacyTable.follow(mapping, { every: "5 millis" }))
          for (let run = 0; run < runs; run++) yield* LegacyTable.seed(mapping, { batchSize: 40 })
          const beside = yield* LegacyTable.reconcile(mapping)
          yield* Fiber.interruptAll(writing)
          yield* Fiber.interrupt(following)
          yield* LegacyTable.catchUp(mapping)
          const found = yield* LegacyTable.reconcile(mapping)
          expect({ ...found, skipped: 0 }).toMatchObject({
            pending: 0,
            differences: { count: 0 },
            missing: { count: 0 },
            extra: { count: 0 }
          })
          // A row that was valid once has a stream, and cannot be compared with it now.
          const lots = yield* sql<{ key: string }>`select id::text as key from accounts where balance = 'lots'`
          expect(lots.map(({ key }) => key)).toEqual(
            expect.arrayContaining(found.unreadable.first.map(({ key }) => key))
          )
          expect(found.totals[0]!.legacy).toBe(found.totals[0]!.events)
          expect(found.events).toBeGreaterThan(accounts)
          // Only invalid values leave differences; rows with unprocessed changes are not taken for differences.
          const none = { differences: [], skipped: { count: 0, first: [] } }
          expect(isInvalid ? none : { differences: beside.differences.first, skipped: found.skipped }).toEqual(none)
          yield* sql`delete from accounts where balance = 'lots'`
          expect(isEqual(yield* LegacyTable.switchOver(mapping))).toBe(true)
        })
      )
    )
  }

  test(
    "lose no change and get none twice when followers are killed",
    onDatabase(({ url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable({ isUnique: true })
        yield* Accounts.fill(100)
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        const options = { url, ids: 120 }
        const writing = yield* Effect.forEach([1, 2], () => Effect.forkScoped(LegacyWriters.keepWriting(options)))
        for (let kill = 0; kill < kills; kill++) {
          const follower = yield* LegacyProcesses.start({ url, work: "follow" })
          yield* Effect.sleep(800 + random() * 300)
          yield* follower.kill
        }
        yield* Fiber.interruptAll(writing)
        expect(isEqual(yield* LegacyTable.switchOver(mapping))).toBe(true)
      })
    )
  )
})
