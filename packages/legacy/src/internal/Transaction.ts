/** Transactions of an operation: repeated as a whole when the connection or a lock was lost. */
import * as Database from "@refold/postgres/internal/schema/Database"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import type { Session } from "./Session.ts"
import { failed } from "./StoreFailure.ts"

/**
 * Runs a transaction, or a part of the caller's. At READ COMMITTED whatever the server's default is, unless `begin`
 * or the caller's `BeginTransaction` sets another level: after the wait for the writers of a table, their writes must be visible.
 * The body reads all of its input in the transaction, so it can be repeated, also when it is unknown whether the last attempt was
 * committed.
 */
export const transaction = Effect.fnUntraced(function*<A, E, R>(
  { database, operation }: Session,
  body: Effect.Effect<A, E | SqlError.SqlError, R>,
  begin?: string
): Effect.fn.Return<A, Exclude<E, SqlError.SqlError> | EventStoreError, R> {
  const isNested = yield* database.inTransaction
  const beginning = begin ?? (yield* SqlClient.BeginTransaction) ?? "BEGIN ISOLATION LEVEL READ COMMITTED"
  return yield* database.transaction(body, beginning).pipe(
    Effect.retry({
      while: (error) =>
        !isNested && SqlError.isSqlError(error) && (Database.isTransient(error) || Database.isDisconnect(error)),
      schedule: RetryPolicies.reconnect,
      // About ten seconds.
      times: 100
    }),
    Effect.mapError((error) =>
      // An error that is not an SqlError is the body's own.
      SqlError.isSqlError(error) ? failed(operation, error) : error as Exclude<E, SqlError.SqlError>
    )
  )
})
