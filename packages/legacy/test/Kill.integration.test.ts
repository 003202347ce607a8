// Killed anywhere and started again, what comes of a legacy table is what came of it without; and what is written to it
// meanwhile, by many and with rollbacks, is all there in the end.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Following from "../../postgres/test/support/Following.ts"
import { freshDatabase } from "../../postgres/test/support/freshDatabase.ts"
import * as Accounts from "./support/Accounts.ts"
import * as LegacyProcesses from "./support/LegacyProcesses.ts"
import { onDatabase } from "./support/LegacyStores.ts"
import * as LegacyWriters from "./support/LegacyWriters.ts"
import * as Proxy from "../../postgres/test/support/Proxy.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"

const mapping = Accounts.mapping()

/** Everything that a run leaves behind but times and places. */
const left = (sql: SqlClient.SqlClient) =>
  Effect.all({
    events: sql`select stream, version, event_id, type, data, metadata, occurred_at from refold.event_store
      order by stream, version`,
    rows: sql`select * from refold.legacy_rows order by key`,
    skipped: sql`select key, rows, reason from refold.legacy_skipped order by key`,
    runs: sql`select phase, rows_read, seeded, changed, removed, events from refold.legacy_runs order by id`
  })

/** Random rows, of which some make no sense; the same for the same seed. */
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

/** What a run leaves behind that is not cut off. */
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

describe("a run that is cut off", () => {
  for (const seed of [0.1, 0.5]) {
    test(
      `again and again by SIGKILL, in the end has done what one has done that was not (table ${seed})`,
      onDatabase((opened) =>
        Effect.gen(function*() {
          const { sql, url } = opened
          yield* Accounts.createTable()
          yield* sql.withTransaction(fillWithAnything(sql, 4000, seed))
          for (let kills = 0; kills < 5; kills++) {
            const daemon = yield* LegacyProcesses.start({ url, work: "seed", batchSize: 150 })
            yield* Following.until(Effect.sync(() => daemon.said() !== ""))
            yield* Effect.sleep(Math.random() * 60)
            yield* daemon.kill
          }
          yield* LegacyTable.seed(mapping, { batchSize: 150 })
          const killed = yield* left(sql)
          const [[walks], whole] = yield* Effect.all([
            sql<{ walks: bigint }>`select count(*) as walks from refold.legacy_runs`,
            uninterrupted(seed, 4000)
          ])
          expect(walks!.walks).toBe(1n)
          expect(killed.events.length).toBeGreaterThan(3000)
          expect(killed.skipped.length).toBeGreaterThan(100)
          expect(killed).toEqual(whole)
          expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
          expect(yield* LegacyTable.seed(mapping)).toMatchObject({ events: 0 })
        })
      )
    )
  }

  test(
    "by the loss of its connection goes on by itself",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* sql.withTransaction(fillWithAnything(sql, 2000, 0.3))
        const proxy = yield* Proxy.start(url)
        const through = yield* Stores.open(proxy.url, { migrate: false })
        let batches = 0
        const onProgress = () =>
          Effect.sync(() => {
            batches++
            if (batches === 2) void proxy.loseRequest("legacy_rows AS known")
            if (batches === 4) void proxy.loseAnswer("COMMIT")
            if (batches === 6) proxy.poison()
          })
        const run = LegacyTable.seed(mapping, { batchSize: 150, onProgress })
        yield* Effect.provideService(run, SqlClient.SqlClient, through.sql)
        expect(yield* left(sql)).toEqual(yield* uninterrupted(0.3, 2000))
      })
    )
  )
})

describe("writers of the legacy table", () => {
  for (const isCareless of [false, true]) {
    test(
      `who go on while it is captured and seeded are all there in the end${isCareless ? ", also careless ones" : ""}`,
      onDatabase((opened) =>
        Effect.gen(function*() {
          const { sql, url } = opened
          yield* Accounts.createTable({ isUnique: true })
          yield* Accounts.fill(600)
          const options = { url, ids: 700, isCareless }
          const writers = yield* Effect.forEach(
            [1, 2, 3, 4, 5],
            () => Effect.forkScoped(LegacyWriters.keepWriting(options))
          )
          yield* LegacyTable.capture(mapping)
          const following = yield* Effect.forkScoped(LegacyTable.follow(mapping, { every: "5 millis" }))
          for (let walks = 0; walks < 6; walks++) yield* LegacyTable.seed(mapping, { batchSize: 40 })
          const beside = yield* LegacyTable.reconcile(mapping)
          yield* Fiber.interruptAll(writers)
          yield* Fiber.interrupt(following)
          yield* LegacyTable.catchUp(mapping)
          const found = yield* LegacyTable.reconcile(mapping)
          expect({ ...found, skipped: 0 }).toMatchObject({
            pending: 0,
            differences: { count: 0 },
            missing: { count: 0 },
            extra: { count: 0 }
          })
          // A row that was good once has a stream, with which it does not agree now.
          const lots = yield* sql<{ key: string }>`select id::text as key from accounts where balance = 'lots'`
          expect(lots.map(({ key }) => key)).toEqual(
            expect.arrayContaining(found.unreadable.first.map(({ key }) => key))
          )
          expect(found.totals[0]!.legacy).toBe(found.totals[0]!.events)
          expect(found.events).toBeGreaterThan(1000)
          if (!isCareless) {
            // Whatever was under way then was told apart from what was wrong.
            expect(beside.differences.first).toEqual([])
            expect(found.skipped).toEqual({ count: 0, first: [] })
          }
          yield* sql`delete from accounts where balance = 'lots'`
          expect(isEqual(yield* LegacyTable.switchOver(mapping))).toBe(true)
        })
      )
    )
  }

  test(
    "lose nothing to followers that are killed, and get nothing twice",
    onDatabase(({ url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable({ isUnique: true })
        yield* Accounts.fill(100)
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        const options = { url, ids: 120 }
        const writers = yield* Effect.forEach([1, 2], () => Effect.forkScoped(LegacyWriters.keepWriting(options)))
        for (let kills = 0; kills < 5; kills++) {
          const follower = yield* LegacyProcesses.start({ url, work: "follow" })
          yield* Effect.sleep(800 + Math.random() * 300)
          yield* follower.kill
        }
        yield* Fiber.interruptAll(writers)
        expect(isEqual(yield* LegacyTable.switchOver(mapping))).toBe(true)
      })
    )
  )
})
