/*
 * A database for each test, because the legacy table has one name.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { freshDatabase } from "../../../postgres/test/support/freshDatabase.ts"
import * as Stores from "../../../postgres/test/support/Stores.ts"

/** A test on a database of its own. */
export const onDatabase =
  <E>(test: (opened: Stores.Opened) => Effect.Effect<void, E, SqlClient.SqlClient | Scope.Scope>) =>
  (): Promise<void> =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const opened = yield* Stores.open(yield* freshDatabase())
      yield* Effect.provideService(test(opened), SqlClient.SqlClient, opened.sql)
    })))

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
