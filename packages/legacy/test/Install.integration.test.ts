// The tables of this package are created when they are missing, by roles with the right, and never a second time.
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as LoginRole from "../../postgres/test/support/LoginRole.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { everything, onDatabase } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

const migrations = (sql: SqlClient.SqlClient) =>
  sql<{ name: string }>`select name from refold.legacy_migrations order by migration_id`

/** A session of a role that may read and write the store, but does not own it. */
const writer = (sql: SqlClient.SqlClient, url: string) =>
  Effect.gen(function*() {
    const { name, url: address } = yield* LoginRole.make(sql, url, `r${randomUUID().replaceAll("-", "")}`)
    yield* sql.unsafe(`grant usage on schema refold to ${name}`)
    yield* sql.unsafe(`grant all on all tables in schema refold to ${name}`)
    yield* sql.unsafe(`grant all on all sequences in schema refold to ${name}`)
    yield* sql.unsafe(`grant execute on all functions in schema refold to ${name}`)
    yield* sql.unsafe(`grant select on accounts to ${name}`)
    return yield* Stores.connect(address)
  })

describe("the package's tables", () => {
  test(
    "are missing in a new store, and created by the first operation, once",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(3)
        expect(yield* sql`select to_regclass('refold.legacy_tables')::text as name`).toEqual([{ name: null }])
        expect(yield* LegacyTable.dryRun(mapping)).toMatchObject({ rows: 3, seeded: 3 })
        expect(yield* migrations(sql)).toHaveLength(1)
        const installed = yield* everything(sql)
        yield* LegacyTable.install(mapping)
        yield* LegacyTable.reconcile(mapping)
        expect(yield* everything(sql)).toEqual(installed)
      })
    )
  )

  test(
    "are created once by processes that install at the same time",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        const installing = Effect.gen(function*() {
          const { sql } = yield* Stores.open(url, { migrate: false })
          yield* Effect.provideService(LegacyTable.install({ store: "refold" }), SqlClient.SqlClient, sql)
        })
        yield* Effect.all([installing, installing, installing, installing], { concurrency: 4 })
        expect(yield* migrations(sql)).toHaveLength(1)
      })
    )
  )

  test(
    "are created by a role with the rights of the store's owner only; other roles can then seed",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable()
        yield* Accounts.fill(3)
        const early = yield* writer(sql, url)
        const [owner] = yield* sql<{ name: string }>`select current_user::text as name`
        expect(yield* Effect.flip(Effect.provideService(LegacyTable.seed(mapping), SqlClient.SqlClient, early)))
          .toMatchObject({
            _tag: "InvalidInput",
            field: "store",
            rule: `must be prepared by the role "${owner!.name}", which owns it: run LegacyTable.install as that role`
          })
        yield* LegacyTable.install(mapping)
        const late = yield* writer(sql, url)
        const report = yield* Effect.provideService(LegacyTable.seed(mapping), SqlClient.SqlClient, late)
        expect(report).toMatchObject({ rows: 3, seeded: 3 })
      })
    )
  )

  test(
    "are created, and found again, by a role that owns the store's schema and may not create schemas",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        const owner = yield* LoginRole.make(sql, url, `r${randomUUID().replaceAll("-", "")}`)
        yield* sql.unsafe(`create schema own authorization ${owner.name}`)
        yield* sql.unsafe(`create schema own_rows authorization ${owner.name}`)
        const opened = yield* Stores.open(owner.url, { schema: "own" })
        const install = Effect.provideService(
          LegacyTable.install({ store: "own" }),
          SqlClient.SqlClient,
          opened.sql
        )
        yield* install
        yield* install
        expect(yield* sql`select name from own.legacy_migrations`).toHaveLength(1)
      })
    )
  )

  test(
    "each have a comment, and so has each function; PUBLIC may execute none of them",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* LegacyTable.install(mapping)
        const undocumented = sql`
          select relname::text as name from pg_class
          where relnamespace = 'refold'::regnamespace and relkind = 'r' and relname like 'legacy\_%'
            and relname <> 'legacy_migrations' and obj_description(oid, 'pg_class') is null
          union all
          select proname::text from pg_proc
          where pronamespace = 'refold'::regnamespace and obj_description(oid, 'pg_proc') is null`
        expect(yield* undocumented).toEqual([])
        const executable = sql`
          select p.proname::text as name from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
          where p.pronamespace = 'refold'::regnamespace and a.grantee = 0`
        expect(yield* executable).toEqual([])
      })
    )
  )
})
