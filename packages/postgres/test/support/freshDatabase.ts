/*
 * A fresh database on the tests' server, so that test files do not affect each other.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as SqlError from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { inject } from "vitest"

declare module "vitest" {
  export interface ProvidedContext {
    /** The server's url; use `freshDatabase` for a database. */
    postgresUrl: string
    /** The server's major version. */
    postgresVersion: string
  }
}

/** Creates an empty database and returns its url; drops it, even with open connections, when the scope closes. */
export const freshDatabase = (
  server: string = inject("postgresUrl")
): Effect.Effect<string, SqlError.SqlError, Scope.Scope> => {
  const name = `refold_${randomUUID().replaceAll("-", "")}`
  const url = new URL(server)
  url.pathname = `/${name}`
  return Effect.acquireRelease(
    // template0 accepts no connections; a connection to template1 would make CREATE DATABASE fail. Copying its files costs
    // a fraction of logging every page.
    Effect.as(
      administer(server, (sql) => sql`create database ${sql(name)} template template0 strategy file_copy`),
      url.href
    ),
    () => Effect.orDie(administer(server, (sql) => sql`drop database ${sql(name)} with (force)`))
  )
}

const administer = <A>(server: string, use: (sql: PgClient.PgClient) => Effect.Effect<A, SqlError.SqlError>) =>
  Effect.flatMap(PgClient.PgClient, use).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(server), maxConnections: 1 }), { local: true })
  )
