/*
 * Roles that log in to the tests' server. Each has the password of the server's url, so that the tests run on
 * servers with and without password authentication.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import * as PostgresStore from "../../src/PostgresStore.ts"

/** A role and the url with which it connects. */
export interface LoginRole {
  readonly name: string
  readonly url: string
}

/** Creates a role; drops it, and what it owns, when the scope closes. Roles belong to the server: choose a unique name. */
export const make = (
  sql: SqlClient.SqlClient,
  url: string,
  name: string
): Effect.Effect<LoginRole, SqlError.SqlError, Scope.Scope> => {
  const address = new URL(url)
  const password = decodeURIComponent(address.password)
  address.username = name
  return Effect.acquireRelease(
    Effect.as(
      sql.unsafe(`create role ${name} login ${password === "" ? "" : `password '${password.replaceAll("'", "''")}'`}`),
      { name, url: address.href }
    ),
    () => Effect.orDie(Effect.andThen(sql.unsafe(`drop owned by ${name} cascade`), sql.unsafe(`drop role ${name}`)))
  )
}

/** Creates a role with a unique name and these grants; returns the url with which it connects. */
export const login = (
  { sql, url }: { readonly sql: SqlClient.SqlClient; readonly url: string },
  role: string,
  grants: ReadonlyArray<string>
): Effect.Effect<string, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function*() {
    const made = yield* make(sql, url, `${role}_${randomUUID().slice(0, 8)}`)
    for (const grant of grants) yield* sql.unsafe(`grant ${grant} to ${made.name}`)
    return made.url
  })

/** Creates a role with a unique name and the rights of these kinds; returns the url with which it connects. */
export const ofKind = (
  opened: { readonly sql: SqlClient.SqlClient; readonly url: string },
  kinds: ReadonlyArray<PostgresStore.RoleKind>,
  options: PostgresStore.GrantOptions = {}
): Effect.Effect<string, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function*() {
    const url = yield* login(opened, `role_${kinds.join("_").replaceAll("-", "_")}`, [])
    for (const kind of kinds) {
      for (const statement of Result.getOrThrow(PostgresStore.grants(nameOf(url), kind, options))) {
        yield* opened.sql.unsafe(statement)
      }
    }
    return url
  })

/** The name of the role that connects with this url. */
export const nameOf = (url: string): string => new URL(url).username
