/** Tests on a database of their own on the tests' server. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import { freshDatabase } from "../../../../../packages/postgres/test/support/freshDatabase.ts"
import * as Database from "../../../src/crud/Database.ts"

/** Runs an effect on the database, with connections for 16 clients. */
export type Run = <A, E>(
  use: (database: Database.Database) => Effect.Effect<A, E, SqlClient.SqlClient | Scope.Scope>
) => Promise<A>

const on = (url: string): Run => (use) => {
  const { database, layer } = Database.fromUrl(url, 16)
  return Effect.runPromise(Effect.provide(Effect.scoped(use(database)), layer))
}

/** A test on an empty database. */
export const onServer = (test: (run: Run, url: string) => Promise<void>) => () =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(freshDatabase(), (url) => Effect.promise(() => test(on(url), url)))))
