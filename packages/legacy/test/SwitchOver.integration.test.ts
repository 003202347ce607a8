// The two ends of a mapping: switched over when both sides agree, or abandoned with the legacy table as it was before.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as EmbeddedStore from "../../postgres/test/support/EmbeddedStore.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { everything, onDatabase, triggers } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

const captured = (rows: number) =>
  Effect.gen(function*() {
    yield* Accounts.createTable({ isUnique: true })
    yield* Accounts.fill(rows)
    yield* LegacyTable.capture(mapping)
    yield* LegacyTable.seed(mapping)
  })

describe("a switch-over", () => {
  test(
    "includes the last changes, removes the triggers, and is final",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(1200)
        yield* sql`update accounts set balance = '9.00' where id <= 600`
        const report = yield* LegacyTable.switchOver(mapping, { freeze: false })
        expect(report).toMatchObject({ rows: 1200, streams: 1200 })
        expect(isEqual(report)).toBe(true)
        expect(yield* triggers(sql)).toEqual([])
        yield* sql`update accounts set balance = '10.00' where id = 1`
        const switchedOver = { _tag: "SwitchedOver", name: "accounts" }
        expect(yield* Effect.flip(LegacyTable.switchOver(mapping, { freeze: false }))).toMatchObject(switchedOver)
        expect(yield* Effect.flip(LegacyTable.seed(mapping))).toMatchObject(switchedOver)
        expect(yield* Effect.flip(LegacyTable.catchUp(mapping))).toMatchObject(switchedOver)
        expect(yield* Effect.flip(LegacyTable.capture(mapping))).toMatchObject(switchedOver)
        expect(yield* Stores.readStream(store, Stores.streamName("account-1"))).toHaveLength(2)
      })
    )
  )

  test(
    "freezes the table: reads work, writes fail with the reason",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* captured(3)
        yield* LegacyTable.switchOver(mapping)
        const before = yield* sql`select * from accounts`
        for (
          const statement of [
            "update accounts set balance = '1'",
            "delete from accounts",
            "truncate accounts",
            "insert into accounts values (9)"
          ]
        ) {
          const { reason } = yield* Effect.flip(sql.unsafe(statement))
          expect(reason.cause).toMatchObject({
            code: "23001",
            message: expect.stringMatching(/of accounts is refused: its rows have become events \("accounts"\)/),
            hint: "Write through the event store; this table is read-only now."
          })
        }
        expect(yield* sql`select * from accounts`).toEqual(before)
        yield* LegacyTable.abandon(mapping)
        yield* sql`update accounts set balance = '1.00'`
      })
    )
  )

  test(
    "changes nothing if both sides differ",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(3)
        yield* store.append(Stores.streamName("account-2"), [Stores.event({ type: "Moved", data: { cents: "5" } })])
        yield* sql`update accounts set balance = '4.00' where id = 1`
        const before = yield* triggers(sql)
        const error = yield* Effect.flip(LegacyTable.switchOver(mapping, { freeze: true }))
        expect(error).toMatchObject({
          _tag: "NotReconciled",
          reconciliation: { differences: { count: 1 }, pending: 0 }
        })
        expect(error.message).toContain("1 differences, 0 missing")
        expect(yield* triggers(sql)).toEqual(before)
        yield* sql`update accounts set balance = '4.00' where id = 3`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 1, skipped: 0 })
      })
    )
  )

  test(
    "accepts skipped rows without a stream only with acceptSkipped",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* captured(3)
        yield* sql`insert into accounts values (4, 'Dan', 'lots', null)`
        const error = yield* Effect.flip(LegacyTable.switchOver(mapping))
        expect(error).toMatchObject({ _tag: "NotReconciled", reconciliation: { skipped: { count: 1 } } })
        expect(yield* LegacyTable.switchOver(mapping, { acceptSkipped: true })).toMatchObject({ skipped: { count: 1 } })
      })
    )
  )

  test(
    "compares skipped rows that have a stream also with acceptSkipped, and names their keys",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(50)
        yield* store.append(Stores.streamName("account-7"), [Stores.event({ type: "Moved", data: { cents: "5" } })])
        yield* sql`update accounts set balance = '9.00' where id = 7`
        yield* sql`update accounts set balance = null where id = 9`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 2, events: 0, skipped: 2 })
        const error = yield* Effect.flip(LegacyTable.switchOver(mapping, { acceptSkipped: true }))
        expect(error).toMatchObject({
          _tag: "NotReconciled",
          reconciliation: {
            differences: { count: 1, first: [{ key: "7", fact: "cents", legacy: 900n, events: 712n }] },
            unreadable: {
              count: 1,
              first: [{ key: "9", stream: "account-9", reason: `row: Expected string at ["balance"]` }]
            },
            skipped: { count: 2 }
          }
        })
        expect(error.message).toMatch(/ \(keys 7, 9\)$/)
        yield* sql`update accounts set balance = '9.09' where id = 9`
        yield* store.append(Stores.streamName("account-7"), [Stores.event({ type: "Moved", data: { cents: "188" } })])
        yield* LegacyTable.switchOver(mapping, { acceptSkipped: true })
      })
    )
  )

  test(
    "is refused while no run of seed has finished, and changes nothing",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(30)
        const refused = { _tag: "InvalidInput", field: "table", rule: expect.stringContaining("must be seeded") }
        yield* LegacyTable.install(mapping)
        const look = everything(sql)
        const never = yield* look
        expect(yield* Effect.flip(LegacyTable.switchOver(mapping))).toMatchObject(refused)
        expect(yield* look).toEqual(never)
        yield* LegacyTable.capture(mapping)
        yield* sql`update accounts set balance = '9.00' where id = 1`
        const onProgress = () => Effect.die("cut off")
        yield* Effect.exit(LegacyTable.seed(mapping, { batchSize: 10, onProgress }))
        const begun = yield* look
        expect(yield* Effect.flip(LegacyTable.switchOver(mapping))).toMatchObject(refused)
        expect(yield* look).toEqual(begun)
        yield* LegacyTable.seed(mapping)
        expect(isEqual(yield* LegacyTable.switchOver(mapping))).toBe(true)
      })
    )
  )

  test(
    "that left the table unfrozen can be followed by one that freezes it and reports the differences since",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* captured(3)
        yield* LegacyTable.switchOver(mapping, { freeze: false })
        yield* sql`update accounts set balance = '4.00' where id = 1`
        const report = yield* LegacyTable.switchOver(mapping, { freeze: true })
        expect(report.differences).toMatchObject({ count: 1, first: [{ key: "1", legacy: 400n, events: 101n }] })
        const { reason } = yield* Effect.flip(sql`update accounts set balance = '5.00' where id = 1`)
        expect(reason.cause).toMatchObject({ code: "23001" })
        expect(yield* Effect.flip(LegacyTable.switchOver(mapping))).toMatchObject({ _tag: "SwitchedOver" })
      })
    )
  )

  test(
    "without triggers reads the whole table again",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(3)
        yield* LegacyTable.seed(mapping)
        yield* sql`update accounts set balance = '4.00' where id = 1`
        yield* sql`delete from accounts where id = 2`
        const report = yield* LegacyTable.switchOver(mapping)
        expect(report.totals).toEqual([{ fact: "cents", legacy: 703n, events: 703n }])
      })
    )
  )

  test(
    "does not wait for readers: it disables triggers that it cannot drop, and the next call drops them",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* captured(3)
        const reader = yield* Stores.connect(url)
        yield* reader`begin`
        yield* reader`select * from accounts`
        expect(isEqual(yield* LegacyTable.switchOver(mapping, { freeze: false }))).toBe(true)
        expect((yield* triggers(sql)).map(({ tgenabled }) => tgenabled)).toEqual(["D", "D"])
        yield* sql`update accounts set balance = '9.00' where id = 1`
        expect(yield* sql`select * from refold.legacy_changes`).toEqual([])
        yield* reader`commit`
        expect(yield* Effect.flip(LegacyTable.switchOver(mapping, { freeze: false }))).toMatchObject({
          _tag: "SwitchedOver"
        })
        expect(yield* triggers(sql)).toEqual([])
      })
    )
  )

  test(
    "waits for writers and blocks new ones; after a timeout nothing has changed",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* captured(3)
        const writer = yield* Stores.connect(url)
        yield* writer`begin`
        yield* writer`update accounts set balance = '4.00' where id = 1`
        const pid = yield* Stores.backend(writer)
        const error = yield* Effect.flip(LegacyTable.switchOver(mapping, { lockTimeout: "50 millis" }))
        expect(error.message).toBe(
          "LegacyTable.switchOver failed: timed out after 50ms waiting for transactions that write to public.accounts " +
            `(backends ${pid}): end them, or raise lockTimeout`
        )
        const switching = yield* Effect.forkScoped(LegacyTable.switchOver(mapping, { lockTimeout: "1 minute" }))
        yield* Stores.untilWaitingFor(sql, pid, 1)
        yield* writer`commit`
        const report = yield* Fiber.join(switching)
        expect(report.totals).toEqual([{ fact: "cents", legacy: 400n + 202n + 303n, events: 400n + 202n + 303n }])
      })
    )
  )
})

test(
  "abandoning leaves the legacy table as it was, and the events in the log",
  onDatabase(({ sql, store, url }) =>
    Effect.gen(function*() {
      yield* Accounts.createTable({ isUnique: true })
      yield* Accounts.fill(1200)
      yield* sql`create function nothing() returns trigger language plpgsql as 'begin return new; end'`
      yield* sql`create trigger own before update on accounts for each row execute function nothing()`
      const look = Effect.all({
        rows: sql`select ctid::text, xmin::text, xmax::text, md5(a::text) from accounts a order by ctid`,
        catalogue:
          sql`select relfilenode::text, relkind::text, relacl::text from pg_class where oid = 'accounts'::regclass`,
        triggers: triggers(sql)
      })
      const before = yield* look
      yield* LegacyTable.capture(mapping)
      yield* LegacyTable.seed(mapping)
      yield* LegacyTable.reconcile(mapping)
      yield* LegacyTable.abandon(mapping)
      expect(yield* look).toEqual(before)
      for (const table of ["legacy_tables", "legacy_runs", "legacy_rows", "legacy_skipped", "legacy_changes"]) {
        expect(yield* sql.unsafe(`select * from refold.${table}`)).toEqual([])
      }
      expect(yield* Stores.readIds(store)).toHaveLength(1200)
      // Seeded again in the same store, its own streams exist already.
      expect(yield* LegacyTable.seed(mapping)).toMatchObject({ seeded: 0, skipped: 1200 })
      yield* LegacyTable.abandon(mapping)
      yield* Stores.open(url, { schema: "anew" })
      expect(yield* LegacyTable.seed(Accounts.mapping({ store: "anew" }))).toMatchObject({
        seeded: 1200,
        skipped: 0
      })
    })
  )
)

test(
  "a mapping whose table was dropped can be abandoned",
  onDatabase(({ sql }) =>
    Effect.gen(function*() {
      yield* captured(3)
      yield* sql`drop table accounts`
      expect(yield* Effect.flip(LegacyTable.seed(mapping))).toMatchObject({ _tag: "InvalidInput", field: "table" })
      yield* LegacyTable.abandon(mapping)
    })
  )
)

test("all operations work on the embedded database", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const services = yield* Layer.build(EmbeddedStore.layer())
    yield* Effect.provideContext(
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* captured(1100)
        yield* sql`update accounts set balance = '9.00' where id <= 600`
        yield* sql`insert into accounts values (1101, 'Eve', 'lots', null)`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 601, events: 600, skipped: 1 })
        expect(yield* LegacyTable.switchOver(mapping, { acceptSkipped: true, freeze: true })).toMatchObject({
          rows: 1101
        })
        yield* LegacyTable.abandon(mapping)
      }),
      services
    )
  }))))
