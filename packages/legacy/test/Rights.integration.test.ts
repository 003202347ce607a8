// The rights of roles: triggers run nothing of the table's owner, and missing rights hide no rows.
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as LoginRole from "../../postgres/test/support/LoginRole.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import { onDatabase } from "./support/LegacyStores.ts"

const mapping = Accounts.mapping()

/** A role of its own, and a session of it. */
const role = (sql: SqlClient.SqlClient, url: string) =>
  Effect.gen(function*() {
    const made = yield* LoginRole.make(sql, url, `r${randomUUID().replaceAll("-", "")}`)
    return { name: made.name, session: yield* Stores.connect(made.url) }
  })

/** Grants a role the rights to seed and capture, as documented in LegacyTable.install. */
const grantAll = (sql: SqlClient.SqlClient, name: string) =>
  Effect.andThen(
    LegacyTable.install(mapping),
    Effect.forEach([
      "usage on schema refold",
      "select on all tables in schema refold",
      "insert, update, delete on refold.legacy_tables, refold.legacy_rows, refold.legacy_changes, refold.legacy_runs, refold.legacy_skipped",
      "select, usage on all sequences in schema refold",
      "execute on all functions in schema refold"
    ], (right) => sql.unsafe(`grant ${right} to ${name}`))
  )

/** Makes a role with few rights the owner of the functions that run as the store's owner. */
const storeOwner = (sql: SqlClient.SqlClient, name: string) =>
  Effect.gen(function*() {
    yield* LegacyTable.install(mapping)
    yield* sql.unsafe(`grant all on schema refold to ${name}`)
    yield* sql.unsafe(`grant all on all tables in schema refold to ${name}`)
    yield* sql.unsafe(`grant all on all sequences in schema refold to ${name}`)
    yield* sql.unsafe(`do $$ declare f regprocedure; begin
      for f in select oid from pg_proc where pronamespace = 'refold'::regnamespace loop
        execute format('alter routine %s owner to ${name}', f);
      end loop; end $$`)
  })

describe("a capturing trigger", () => {
  test(
    "runs no cast and no policy that the owner of the legacy table has written",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        const { name, session } = yield* role(sql, url)
        // Not a superuser, whom no policy concerns.
        const owner = yield* role(sql, url)
        yield* storeOwner(sql, owner.name)
        yield* sql.unsafe(`grant create, usage on schema public to ${name}`)
        yield* session`create table accounts (id bigint primary key, owner text, balance text, opened_at timestamptz)`
        yield* session`create type evil as enum ('a')`
        yield* session`create table ran (as_whom text)`
        yield* session`grant insert on ran to public`
        for (const type of ["json", "text"]) {
          yield* session.unsafe(`create function evil_${type}(evil) returns ${type} language plpgsql as $$ begin
            insert into public.ran values (current_user); return '{}'; end $$`)
          yield* session.unsafe(`create cast (evil as ${type}) with function evil_${type}(evil) as assignment`)
        }
        yield* session`create function row_text(accounts) returns text language plpgsql as $$ begin
          insert into public.ran values (current_user); return ''; end $$`
        yield* session`create cast (accounts as text) with function row_text(accounts)`
        yield* session`create table plain (id bigint primary key, owner text, balance text, opened_at timestamptz)`
        yield* session`create function row_json(plain) returns json language plpgsql as $$ begin
          insert into public.ran values (current_user); return '{}'; end $$`
        yield* session`create cast (plain as json) with function row_json(plain)`
        yield* session`alter table accounts add column e evil, add column es evil[]`
        yield* session.unsafe(`grant select on accounts, plain to ${owner.name}`)
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.capture(Accounts.mapping({ name: "plain", table: "plain" }))
        yield* session`insert into plain values (1, 'Ada', '1.00', null)`
        yield* session`insert into accounts values (1, 'Ada', '1.00', null, 'a', '{a}')`
        yield* session`update accounts set id = 2, balance = '2.00'`
        yield* session`create function evil_policy() returns boolean language plpgsql as $$ begin
          insert into public.ran values (current_user); return true; end $$`
        yield* session`create policy p on accounts using (evil_policy())`
        yield* session`alter table accounts enable row level security, force row level security`
        yield* session`truncate accounts`
        expect(yield* sql`select * from ran`).toEqual([])
        const changes = yield* sql<{ before: unknown; after: unknown }>`select before, after from refold.legacy_changes
          where legacy_table = 1 order by id`
        expect(changes.map(({ after }) => after)).toMatchObject([{ e: "a", es: "{a}" }, null, { id: "2" }])
      })
    )
  )

  test(
    "is refused on a table that the store's owner cannot read, because a TRUNCATE could not be captured",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* Accounts.createTable({ isUnique: true })
        yield* Accounts.fill(2)
        const { name } = yield* role(sql, url)
        yield* storeOwner(sql, name)
        const denied = yield* Effect.flip(LegacyTable.capture(mapping))
        expect(denied.message).toContain(
          `${name} (the owner of the store) may not read accounts, so a TRUNCATE could not be captured`
        )
        expect(denied.message).toContain(`GRANT SELECT ON accounts TO ${name}`)
        yield* sql.unsafe(`grant usage on schema public to ${name}`)
        yield* sql.unsafe(`grant select on accounts to ${name}`)
        yield* sql`alter table accounts enable row level security`
        expect((yield* Effect.flip(LegacyTable.capture(mapping))).message).toContain(
          "policies may hide rows of accounts"
        )
        yield* sql`alter table accounts disable row level security`
        yield* LegacyTable.capture(mapping)
        yield* LegacyTable.seed(mapping)
        yield* sql`delete from accounts where id = 1`
        // If the right is revoked later, the application continues, and the next run finds the removed rows.
        yield* sql.unsafe(`revoke select on accounts from ${name}`)
        yield* sql`truncate accounts`
        expect(yield* LegacyTable.catchUp(mapping)).toEqual({ changes: 1, events: 1, skipped: 0 })
        expect(yield* LegacyTable.seed(mapping)).toMatchObject({ removed: 1 })
        expect(isEqual(yield* LegacyTable.reconcile(mapping))).toBe(true)
      })
    )
  )
})

test(
  "a policy that hides rows from the seeding role is an error",
  onDatabase(({ sql, url }) =>
    Effect.gen(function*() {
      yield* Accounts.createTable({ isUnique: true })
      yield* Accounts.fill(3)
      const { name, session } = yield* role(sql, url)
      yield* grantAll(sql, name)
      yield* sql.unsafe(`grant select on accounts to ${name}`)
      yield* sql.unsafe(`create policy p on accounts to ${name} using (id = 1)`)
      yield* sql`alter table accounts enable row level security`
      const uses = [
        Effect.asVoid(LegacyTable.seed(mapping)),
        Effect.asVoid(LegacyTable.dryRun(mapping)),
        Effect.asVoid(LegacyTable.reconcile(mapping))
      ]
      for (const use of uses) {
        const hidden = yield* Effect.flip(Effect.provideService(use, SqlClient.SqlClient, session))
        expect(hidden.message).toContain("row-level security")
      }
      yield* sql.unsafe(`alter role ${name} bypassrls`)
      const report = yield* Effect.provideService(LegacyTable.seed(mapping), SqlClient.SqlClient, session)
      expect(report).toMatchObject({ rows: 3, seeded: 3 })
    })
  )
)

describe("append_each", () => {
  const call = (write: string, version: string) =>
    `select * from refold.append_each('{each-${randomUUID()}}', '{0}', '{${write}}', '{${version}}',
      '{${randomUUID()}}', '{Happened}', '{1}', '{"{}"}', '{"{}"}', '{2020-01-01Z}')`

  test(
    "stores nothing if versions or numbers of writes are not consecutive",
    onDatabase(({ sql }) =>
      Effect.gen(function*() {
        yield* LegacyTable.install(mapping)
        for (
          const [write, version] of [["1", "2"], ["1", "0"], ["1", "null"], ["2", "1"], ["2", "null"], [
            "null",
            "1"
          ]] as const
        ) {
          const { reason } = yield* Effect.flip(sql.unsafe(call(write, version)))
          expect(reason.cause).toMatchObject({ code: "22023" })
        }
        const strange = [
          call("1", "1").replace("'{0}'", "'{null}'"),
          call("1", "1").replace("'{0}'", "'{0,0}'"),
          call("1", "1").replace(/'\{each-[^}]*\}'/, "'{null}'"),
          call("1", "1").replace("'{1}', '{1}'", "'{1,1}', '{1,2}'")
        ]
        for (const statement of strange) {
          expect((yield* Effect.flip(sql.unsafe(statement))).reason.cause).toMatchObject({ code: "22023" })
        }
        expect(yield* sql.unsafe(call("1", "1"))).toEqual([])
      })
    )
  )

  test(
    "fails with a serialization failure when its snapshot is too old",
    onDatabase(({ sql, url }) =>
      Effect.gen(function*() {
        yield* LegacyTable.install(mapping)
        const old = yield* Stores.connect(url)
        yield* old`begin isolation level repeatable read`
        yield* old`select from refold.event_store`
        const first = call("1", "1")
        yield* sql.unsafe(first)
        const second = first.replace(/'\{[0-9a-f-]{36}\}'/, `'{${randomUUID()}}'`)
        expect((yield* Effect.flip(old.unsafe(second))).reason.cause).toMatchObject({ code: "40001" })
      })
    )
  )
})
