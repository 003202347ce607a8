/*
 * A store for each test, because the legacy table has one name. The tests of a file share a database, which is emptied
 * after each of them: that is much faster than to create one.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll } from "vitest"
import { freshDatabase } from "../../../postgres/test/support/freshDatabase.ts"
import * as Stores from "../../../postgres/test/support/Stores.ts"

class Url extends Context.Service<Url, string>()("@refold/legacy/test/Url") {}

const runtime = ManagedRuntime.make(Layer.effect(Url, freshDatabase()))

afterAll(() => runtime.dispose())

/** A test on a new store. */
export const onDatabase =
  <E>(test: (opened: Stores.Opened) => Effect.Effect<void, E, SqlClient.SqlClient | Scope.Scope>) =>
  (): Promise<void> =>
    runtime.runPromise(Effect.scoped(Effect.gen(function*() {
      const url = yield* Url
      // Before the test's own connections are opened, so that it runs when they are closed.
      yield* Effect.addFinalizer(() => Effect.orDie(Effect.scoped(clear(url))))
      const opened = yield* Stores.open(url)
      yield* Effect.provideService(test(opened), SqlClient.SqlClient, opened.sql)
    })))

/** Drops everything in the database, also if sessions of killed processes still hold locks. */
const clear = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* Stores.connect(url)
    yield* sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    yield* sql`do $$ declare schema text; begin
      for schema in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
        execute format('drop schema %I cascade', schema);
      end loop;
      create schema public;
      grant usage on schema public to public;
    end $$`
  })

/** The contents of the database as texts: tables row by row, sequences, triggers. */
export const everything = (sql: SqlClient.SqlClient) =>
  Effect.gen(function*() {
    const tables = yield* sql<{ name: string; columns: string }>`select oid::regclass::text as name,
      case relkind when 'S' then 'last_value' else 't::text || xmin::text' end as columns from pg_class
      where relkind in ('r', 'S') and relnamespace in ('refold'::regnamespace, 'public'::regnamespace) order by 1`
    const contents: Record<string, string> = {}
    for (const { columns, name } of tables) {
      const [row] = yield* sql.unsafe<{ text: string }>(
        `select coalesce(string_agg(md5((${columns})::text), ',' order by md5((${columns})::text)), '') as text from ${name} t`
      )
      contents[name] = row!.text
    }
    contents["triggers"] = JSON.stringify(yield* triggers(sql))
    return contents
  })

/** The triggers of tables outside of the store. */
export const triggers = (sql: SqlClient.SqlClient) =>
  sql<
    { relation: string; tgname: string; tgenabled: string }
  >`select tgrelid::regclass::text as relation, tgname, tgenabled::text from pg_trigger t
    join pg_class c on c.oid = tgrelid where not tgisinternal and relnamespace <> 'refold'::regnamespace order by 1, 2`
