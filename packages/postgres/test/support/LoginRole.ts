/*
 * Roles that log in to the tests' server. Each has the password of the server's address, so that the tests run on a
 * server that asks for passwords and on one that does not.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"

/** A role and the address under which it connects. */
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
