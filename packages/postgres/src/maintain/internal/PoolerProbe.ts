/**
 * Finds out whether a pooler shares sessions between transactions. It does if two connections have the same session, or if a
 * connection gets another session while a second one is in a transaction.
 */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Diagnosis from "@refold/store/maintain/Diagnosis"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Connection from "effect/sql/SqlConnection"
import type * as SqlError from "effect/sql/SqlError"
import type { Database } from "../../schema/internal/Database.ts"
import * as Query from "../../schema/internal/Query.ts"

/** The sessions of two connections: of the first one before and during a transaction of the second. */
export interface Sessions {
  readonly first: number
  readonly second: number
  readonly firstAgain: number
}

/**
 * Reads the sessions of two connections of the pool; undefined if it does not provide two at the same time. The wait for the
 * second cannot be interrupted, so it ends after the first is released.
 */
export const probe = (database: Database): Effect.Effect<Sessions | undefined, EventStoreError> =>
  Effect.gen(function*() {
    const { sql } = database
    const begun = yield* Deferred.make<number, SqlError.SqlError>()
    const isReadAgain = yield* Deferred.make<void>()
    const one = yield* sql.reserve
    const first = yield* sessionOf(one)
    // A transaction that stays open until the session of the first connection is read again.
    const transaction = Effect.gen(function*() {
      const two = yield* sql.reserve
      yield* two.executeUnprepared("BEGIN", [], undefined)
      yield* Deferred.succeed(begun, yield* sessionOf(two))
      yield* Deferred.await(isReadAgain)
      yield* two.executeUnprepared("ROLLBACK", [], undefined)
    })
    yield* Effect.forkDetach(Effect.scoped(Effect.tapError(transaction, (error) => Deferred.fail(begun, error))))
    const second = yield* Effect.timeoutOption(Deferred.await(begun), "2 seconds")
    const firstAgain = yield* sessionOf(one)
    yield* Deferred.succeed(isReadAgain, undefined)
    return Option.getOrUndefined(Option.map(second, (second) => ({ first, second, firstAgain })))
  }).pipe(Effect.scoped, Effect.mapError((error) => Query.failed(database, "check", error)))

const sessionOf = (connection: Connection.Connection) =>
  Effect.map(
    connection.executeUnprepared("SELECT pg_backend_pid() AS pid", [], undefined),
    // The driver returns untyped rows.
    ([row]) => (row as { readonly pid: number }).pid
  )

/** The diagnosis for these sessions. */
export const diagnose = (sessions: Sessions | undefined): Diagnosis.Diagnosis => {
  if (sessions === undefined)
    return Diagnosis.make("Pooler", "Ok", "the pool has one connection: a pooler was not looked for")
  const { first, firstAgain, second } = sessions
  return first === second || first !== firstAgain
    ? Diagnosis.make(
      "Pooler",
      "Warning",
      "a pooler shares sessions between transactions: open the store with pooler: true, or connect to the server"
    )
    : Diagnosis.make("Pooler", "Ok", "each connection has a session of its own")
}
