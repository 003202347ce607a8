// Changes of a legacy table while the old application writes to it: each becomes an event.
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, test } from "vitest"
import * as Following from "../../postgres/test/support/Following.ts"
import * as LoginRole from "../../postgres/test/support/LoginRole.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { onDatabase, triggers } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

const stream = (id: number | string) => Stores.streamName(`account-${id}`)

/** A table of this number of accounts that is captured and seeded. */
const captured = (rows: number) =>
  Effect.gen(function*() {
    yield* Accounts.createTable({ isUnique: true })
    yield* Accounts.fill(rows)
    yield* LegacyTable.capture(mapping)
    yield* LegacyTable.seed(mapping)
  })

describe("captured changes", () => {
  test(
    "become events one by one, each with its own time and the id of its change",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(3)
        const before = Date.now()
        for (const balance of ["5.00", "4.00", "9.00"])
          yield* sql`update accounts set balance = ${balance} where id = 1`
        yield* sql`delete from accounts where id = 2`
        yield* sql`insert into accounts values (4, 'Dan', '4.00', null)`
        yield* sql`update accounts set owner = 'Daniel' where id = 4`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 6, events: 6, skipped: 0 })
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 0, events: 0, skipped: 0 })
        const [opened, ...moves] = yield* Stores.readStream(store, stream(1))
        expect(opened).toMatchObject({ metadata: { seed: true } })
        expect(moves.map(({ data }) => data)).toEqual([{ cents: "399" }, { cents: "-100" }, { cents: "500" }])
        expect(moves[0]!.metadata).toEqual({
          seed: false,
          legacy: { name: "accounts", table: "public.accounts", key: "1", change: 1 }
        })
        const times = moves.map(({ occurredAt }) => DateTime.toEpochMillis(occurredAt))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times[0]).toBeGreaterThanOrEqual(before - 1000)
        expect(times[2]).toBeLessThanOrEqual(DateTime.toEpochMillis(moves[0]!.recordedAt) + 1)
        expect((yield* Stores.readStream(store, stream(2))).map(({ type }) => type)).toEqual(["Opened", "Closed"])
        const born = yield* Stores.readStream(store, stream(4))
        expect(born.map(({ type, metadata }) => [type, metadata["seed"]])).toEqual([["Opened", false], [
          "Renamed",
          false
        ]])
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  test(
    "of a key end one stream and begin another, and a TRUNCATE ends all streams",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(3)
        yield* sql`update accounts set id = 10 where id = 1`
        yield* sql`truncate accounts`
        yield* sql`insert into accounts values (3, 'Eve', '3.00', null)`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 6, events: 6, skipped: 0 })
        const types = (id: number) =>
          Effect.map(Stores.readStream(store, stream(id)), (events) => events.map(({ type }) => type))
        expect(yield* types(1)).toEqual(["Opened", "Closed"])
        expect(yield* types(2)).toEqual(["Opened", "Closed"])
        expect(yield* types(3)).toEqual(["Opened", "Closed", "Opened"])
        expect(yield* types(10)).toEqual(["Opened", "Closed"])
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  test(
    "are not captured when rolled back, and a change that commits late is not missed",
    onDatabase(({ sql, store, url }) =>
      Effect.gen(function*() {
        yield* captured(3)
        const slow = yield* Stores.connect(url)
        yield* slow`begin`
        yield* slow`update accounts set balance = '1.11' where id = 1`
        yield* sql`update accounts set balance = '2.22' where id = 2`
        yield* Effect.exit(sql.withTransaction(
          Effect.andThen(sql`update accounts set balance = '3.33' where id = 3`, Effect.fail("no"))
        ))
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 1, skipped: 0 })
        yield* slow`commit`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 1, skipped: 0 })
        expect(yield* Stores.readStream(store, stream(1))).toHaveLength(2)
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )

  test(
    "that a read row includes are not processed again",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable({ isUnique: true })
        yield* Accounts.fill(3)
        yield* LegacyTable.capture(mapping)
        yield* sql`update accounts set balance = '5.00' where id = 1`
        yield* LegacyTable.seed(mapping)
        yield* sql`update accounts set balance = '6.00' where id = 1`
        yield* sql`update accounts set balance = '7.00' where id = 1`
        yield* LegacyTable.seed(mapping)
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 0, events: 0, skipped: 0 })
        const events = yield* Stores.readStream(store, stream(1))
        expect(events.map(({ data, metadata }) => [data, metadata["legacy"]])).toMatchObject([
          [{ cents: "500" }, {}],
          [{ cents: "200" }, { change: 3 }]
        ])
      })
    )
  )

  test(
    "of invalid rows are listed, and stored as one change when the row is valid again",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(3)
        yield* sql`update accounts set balance = 'lots' where id = 1`
        yield* sql`update accounts set balance = '3.00' where id = 2`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 2, events: 1, skipped: 1 })
        expect(yield* LegacyTable.reconcile(mapping)).toMatchObject({
          skipped: { count: 1, first: [{ key: "1" }] },
          unreadable: { count: 1, first: [{ key: "1", stream: "account-1" }] }
        })
        yield* sql`update accounts set balance = '2.00' where id = 1`
        yield* sql`update accounts set balance = '1.00' where id = 1`
        yield* LegacyTable.catchUp(mapping)
        expect((yield* Stores.readStream(store, stream(1))).map(({ data }) => data)).toEqual([
          { owner: "owner 1", cents: "101" },
          { cents: "-1" }
        ])
        const found = yield* LegacyTable.reconcile(mapping)
        expect(found.skipped.count).toBe(0)
        expect(isEqual(found)).toBe(true)
      })
    )
  )

  test(
    "are captured from writers without rights on the store and from sessions that disable triggers",
    onDatabase(({ sql, store, url }) =>
      Effect.gen(function*() {
        yield* captured(3)
        const role = yield* LoginRole.make(sql, url, `clerk_${process.pid}`)
        yield* sql.unsafe(`grant select, insert, update, delete on accounts to ${role.name}`)
        const clerk = yield* Stores.connect(role.url)
        // The trigger looks up no object of the writer's.
        yield* clerk`create temporary table legacy_changes (key text)`
        yield* clerk`set search_path = pg_temp, public`
        yield* clerk`set timezone = 'Asia/Tokyo'`
        yield* clerk`update accounts set balance = '9.00' where id = 1`
        const denied = yield* Effect.flip(clerk`select * from refold.legacy_changes`)
        expect(String(denied.reason.cause)).toContain("permission denied")
        yield* sql`set session_replication_role = replica`
        yield* sql`update accounts set balance = '8.00' where id = 2`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 2, events: 2, skipped: 0 })
        expect(yield* Stores.readStream(store, stream(1))).toHaveLength(2)
      })
    )
  )

  test(
    "pass the mapping's query, which may filter and transform rows",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        const query = (table: string) =>
          `select a.id, upper(a.owner) as owner, a.balance, a.opened_at from ${table} a where a.owner <> 'hidden' -- all others`
        const some = Accounts.mapping({ query })
        yield* Accounts.createTable({ isUnique: true })
        yield* Accounts.fill(3)
        yield* sql`update accounts set owner = 'hidden' where id = 3`
        yield* LegacyTable.capture(some)
        expect(yield* LegacyTable.seed(some)).toMatchObject({ rows: 2, seeded: 2 })
        yield* sql`update accounts set owner = 'hidden' where id = 1`
        yield* sql`update accounts set owner = 'eve' where id = 3`
        yield* sql`update accounts set balance = '3.50' where id = 3`
        expect(yield* LegacyTable.catchUp(some)).toEqual({ changes: 3, events: 3, skipped: 0 })
        expect((yield* Stores.readStream(store, stream(1))).map(({ type }) => type)).toEqual(["Opened", "Closed"])
        expect((yield* Stores.readStream(store, stream(3))).map(({ data }) => data)).toEqual([
          { owner: "EVE", cents: "303" },
          { cents: "47" }
        ])
        expect(isEqual(yield* LegacyTable.reconcile(some))).toBe(true)
      })
    )
  )

  test(
    "of rows without a key count as skipped while there are such rows",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(3)
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        yield* sql`insert into accounts values (null, 'Eve', '7.00', null), (null, 'Dan', '8.00', null)`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 2, events: 0, skipped: 2 })
        yield* sql`delete from accounts where id is null`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 2, events: 0, skipped: 0 })
        expect(isEqual(yield* LegacyTable.switchOver(mapping))).toBe(true)
      })
    )
  )

  test(
    "of a key that several rows share end in the state of the table, whatever the order of the commits",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(3)
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        const slow = yield* Stores.connect(url)
        yield* slow`begin`
        yield* slow`delete from accounts where id = 1`
        yield* sql`insert into accounts values (1, 'Eve', '7.00', null)`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 0, skipped: 1 })
        expect(yield* LegacyTable.reconcile(mapping)).toMatchObject({
          skipped: { first: [{ key: "1", rows: 2 }] },
          unreadable: { count: 1, first: [{ key: "1", reason: "row: 2 rows have this key" }] }
        })
        yield* slow`commit`
        yield* LegacyTable.catchUp(mapping)
        const found = yield* LegacyTable.reconcile(mapping)
        expect(found.skipped.count).toBe(0)
        expect(isEqual(found)).toBe(true)
      })
    )
  )

  test(
    "of a partitioned table include those of its partitions and moves between them",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* sql`create table accounts (id bigint primary key, owner text, balance text, opened_at timestamptz)
          partition by range (id)`
        yield* sql`create table low partition of accounts for values from (1) to (10)`
        yield* LegacyTable.capture(mapping)
        yield* sql`create table high partition of accounts for values from (10) to (20)`
        yield* Accounts.fill(15)
        yield* LegacyTable.seed(mapping)
        yield* sql`set session_replication_role = replica`
        yield* sql`update accounts set balance = '3.00' where id in (1, 11)`
        yield* sql`update accounts set id = 19 where id = 2`
        yield* sql`reset session_replication_role`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 4, events: 4, skipped: 0 })
        yield* sql`truncate accounts`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 15, events: 15, skipped: 0 })
        expect(isEqual(yield* LegacyTable.switchOver(mapping, { freeze: false }))).toBe(true)
        expect(yield* triggers(sql)).toEqual([])
      })
    )
  )

  test(
    "are followed until the table is switched over",
    onDatabase(({ sql, store }) =>
      Effect.gen(function*() {
        yield* captured(3)
        const following = yield* Effect.forkScoped(Effect.flip(LegacyTable.follow(mapping, { every: "20 millis" })))
        yield* sql`update accounts set balance = '9.00' where id = 1`
        yield* Following.until(Effect.map(Stores.readStream(store, stream(1)), (events) => events.length === 2))
        yield* LegacyTable.switchOver(mapping)
        expect(yield* Fiber.join(following)).toMatchObject({ _tag: "SwitchedOver", name: "accounts" })
      })
    )
  )
})
