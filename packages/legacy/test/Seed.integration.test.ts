// Rows become streams: a run stores valid rows and lists invalid ones; a later run finds the differences.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import * as LegacyStores from "./support/LegacyStores.ts"

const { everything, onDatabase } = LegacyStores

const mapping = Accounts.mapping()

describe("a first run", () => {
  test(
    "makes a stream of each row, with its source and the time in the row",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(2500)
        const progress: Array<readonly [number, number]> = []
        const onProgress = (done: number, total: number) => Effect.sync(() => void progress.push([done, total]))
        const report = yield* LegacyTable.seed(mapping, { onProgress })
        expect(report).toMatchObject({ rows: 2500, seeded: 2500, events: 2500, changed: 0, removed: 0, skipped: 0 })
        expect(progress).toEqual([[1000, 2500], [2000, 2500], [2500, 2500], [2500, 2500], [2500, 2500], [2500, 2500]])
        const events = yield* Stores.readStream(store, Stores.streamName("account-1234"))
        expect(events).toMatchObject([{
          type: "Opened",
          data: { owner: "owner 1234", cents: "23434" },
          metadata: { seed: true, legacy: { name: "accounts", table: "public.accounts", key: "1234" } },
          occurredAt: DateTime.makeUnsafe("2020-01-01T20:34:00Z")
        }])
        const reconciliation = yield* LegacyTable.reconcile(mapping)
        expect(reconciliation).toMatchObject({ rows: 2500, streams: 2500, events: 2500, pending: 0 })
        expect(isEqual(reconciliation)).toBe(true)
        const [sum] = yield* sql<
          { cents: string }
        >`select sum(balance::numeric * 100)::bigint::text as cents from accounts`
        const cents = BigInt(sum!.cents)
        expect(reconciliation.totals).toEqual([{ fact: "cents", legacy: cents, events: cents }])
      })
    )
  )

  test(
    "lists invalid rows with keys and reasons, and seeds them in a later run when they are valid",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(10)
        yield* sql`update accounts set balance = null where id = 1`
        yield* sql`update accounts set balance = 'lots' where id = 2`
        yield* sql`update accounts set balance = '-1.00' where id = 3`
        yield* sql`update accounts set owner = 'nobody' where id = 4`
        yield* sql`insert into accounts select * from accounts where id = 5`
        yield* sql`update accounts set id = null where id in (6, 7)`
        const report = yield* LegacyTable.seed(mapping)
        expect(report).toMatchObject({ rows: 11, seeded: 3, events: 3, skipped: 7 })
        const pattern = "Expected a string matching the RegExp ^\\d{1,12}\\.\\d\\d$ at [\"balance\"]"
        expect(report.skippedRows).toEqual([
          { key: "1", rows: 1, reason: `Expected string at ["balance"]` },
          { key: "2", rows: 1, reason: pattern },
          { key: "3", rows: 1, reason: pattern },
          { key: "4", rows: 1, reason: "nobody owns nothing" },
          { key: "5", rows: 2, reason: "2 rows have this key" },
          { key: null, rows: 2, reason: "the key is NULL" }
        ])
        expect(yield* Stream.runCollect(LegacyTable.skipped(mapping))).toEqual(report.skippedRows)
        expect(yield* LegacyTable.reconcile(mapping)).toMatchObject({ rows: 11, streams: 3, skipped: { count: 7 } })
        yield* sql`update accounts set balance = '1.00' where id <= 3`
        yield* sql`update accounts set owner = 'somebody' where id = 4`
        yield* sql`delete from accounts where ctid = (select min(ctid) from accounts where id = 5)`
        yield* sql`delete from accounts where id is null`
        const next = yield* LegacyTable.seed(mapping)
        expect(next).toMatchObject({ rows: 8, seeded: 5, events: 5, changed: 0, skipped: 0, skippedRows: [] })
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  test(
    "skips rows whose stream exists already, also when two keys name the same stream",
    onDatabase(({ store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(6)
        yield* store.append(Stores.streamName("account-2"), [Stores.event()])
        const id = (_: Accounts.Row, key: string) => (key === "6" ? "5" : key)
        const report = yield* LegacyTable.seed(Accounts.mapping({ id }))
        expect(report).toMatchObject({ seeded: 4, events: 4, skipped: 2 })
        expect(report.skippedRows).toEqual([
          { key: "2", rows: 1, reason: `stream "account-2" already exists` },
          { key: "6", rows: 1, reason: `stream "account-5" already exists` }
        ])
        expect(yield* Stores.readStream(store, Stores.streamName("account-2"))).toHaveLength(1)
      })
    )
  )

  test(
    "of several processes at once is one run, and stores each event once",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(1000)
        const walk = Effect.gen(function*() {
          const { sql } = yield* Stores.open(url)
          return yield* Effect.provideService(LegacyTable.seed(mapping, { batchSize: 20 }), SqlClient.SqlClient, sql)
        })
        const reports = yield* Effect.all([walk, walk, walk], { concurrency: 3 })
        expect(reports).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ rows: 1000, events: 1000 })))
        expect(yield* sql`select count(*)::int as runs from refold.legacy_runs`).toEqual([{ runs: 1 }])
        expect(yield* sql`select count(*)::int as events from refold.event_store`).toEqual([{ events: 1000 }])
      })
    )
  )

  test(
    "as a dry run gives the same report and writes nothing",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(1200)
        yield* sql`update accounts set balance = 'lots' where id = 2`
        yield* sql`update accounts set id = null where id = 6`
        yield* store.append(Stores.streamName("account-5"), [Stores.event()])
        yield* LegacyTable.install(mapping)
        const before = yield* everything(sql)
        const tried = yield* LegacyTable.dryRun(mapping)
        expect(yield* everything(sql)).toEqual(before)
        expect(tried).toMatchObject({ rows: 1200, seeded: 1197, events: 1197, skipped: 3 })
        const { skippedRows, ...counts } = yield* LegacyTable.seed(mapping)
        const { skippedRows: triedRows, ...triedCounts } = tried
        expect(triedCounts).toEqual(counts)
        expect(triedRows.toSorted((a, b) => (a.reason < b.reason ? -1 : 1))).toEqual(
          skippedRows.toSorted((a, b) => (a.reason < b.reason ? -1 : 1))
        )
        expect(yield* LegacyTable.dryRun(mapping)).toMatchObject({ seeded: 0, events: 0, skipped: 3 })
      })
    )
  )
})

describe("a later run", () => {
  test(
    "adds nothing when nothing has changed",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(1200)
        yield* LegacyTable.seed(mapping)
        const events = yield* sql`select * from refold.event_store`
        const report = yield* LegacyTable.seed(mapping)
        expect(report).toMatchObject({ rows: 1200, seeded: 0, changed: 0, removed: 0, events: 0, skipped: 0 })
        expect(yield* sql`select * from refold.event_store`).toEqual(events)
      })
    )
  )

  test(
    "turns differences into events: new, changed, removed and returned rows",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(5)
        yield* LegacyTable.seed(mapping)
        yield* sql`update accounts set balance = '77.00', owner = 'Ada' where id = 2`
        yield* sql`delete from accounts where id in (3, 4)`
        yield* sql`insert into accounts values (6, 'Eve', '6.00', null)`
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({
          rows: 4,
          seeded: 1,
          changed: 1,
          removed: 2,
          events: 5
        })
        yield* sql`insert into accounts values (3, 'Bob', '3.33', null)`
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({
          rows: 5,
          seeded: 0,
          changed: 1,
          removed: 0,
          events: 1
        })
        const types = (id: number) =>
          Effect.map(
            Stores.readStream(store, Stores.streamName(`account-${id}`)),
            (events) => events.map(({ metadata, type }) => `${type} ${String(metadata["seed"] === true)}`)
          )
        expect(yield* types(2)).toEqual(["Opened true", "Moved false", "Renamed false"])
        expect(yield* types(3)).toEqual(["Opened true", "Closed false", "Opened false"])
        expect(yield* types(4)).toEqual(["Opened true", "Closed false"])
        expect(yield* types(6)).toEqual(["Opened true"])
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  test(
    "skips a row whose stream another writer appends to",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(5)
        yield* LegacyTable.seed(mapping)
        yield* store.append(Stores.streamName("account-2"), [Stores.event({ type: "Moved", data: { cents: "5" } })])
        yield* sql`update accounts set balance = '77.00' where id in (1, 2)`
        const report = yield* LegacyTable.seed(mapping)
        expect(report).toMatchObject({ changed: 1, events: 1, skipped: 1 })
        expect(report.skippedRows[0]!.reason).toBe(
          `stream "account-2" is at version 2, not at 1: another writer appends to it`
        )
        expect(yield* Stores.readStream(store, Stores.streamName("account-2"))).toHaveLength(2)
      })
    )
  )
})
