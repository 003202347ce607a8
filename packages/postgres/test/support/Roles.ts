/*
 * Login roles for tests of rights. They have the password of the server's URL, so that they can log in where the server
 * asks for one.
 */
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as SqlError from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"

/** Creates a role with these grants, and drops it when the scope closes; yields the URL under which it logs in. */
export const login = (
  { sql, url }: { readonly sql: PgClient.PgClient; readonly url: string },
  role: string,
  grants: ReadonlyArray<string>
): Effect.Effect<string, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function*() {
    const address = new URL(url)
    const name = `${role}_${randomUUID().slice(0, 8)}`
    const password = decodeURIComponent(address.password).replaceAll("'", "''")
    yield* Effect.acquireRelease(
      sql.unsafe(`create role ${name} login${password === "" ? "" : ` password '${password}'`}`),
      () => Effect.orDie(Effect.andThen(sql.unsafe(`drop owned by ${name}`), sql.unsafe(`drop role ${name}`)))
    )
    for (const grant of grants) yield* sql.unsafe(`grant ${grant} to ${name}`)
    address.username = name
    return address.href
  })

/** The name of the role in its URL. */
export const nameOf = (url: string): string => new URL(url).username
