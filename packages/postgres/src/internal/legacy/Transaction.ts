/** Transactions on a mapping: one at a time for each, repeated as a whole where the connection or a lock was lost. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import { SwitchedOver } from "../../LegacyReport.ts"
import * as Database from "../Database.ts"
import { failed, type Named, type Source } from "./Source.ts"

/** What the store knows of a mapping. */
export interface KnownTable {
  readonly id: number
  readonly relation: string
  readonly key: string
  readonly switched_at: Date | null
}

/**
 * A transaction, or a part of the caller's. At READ COMMITTED whatever the server's default is, unless the caller says how it
 * begins: who waits for the writers of a table must see then what they wrote. All that it needs to know it reads in there, so it can be repeated, also where
 * nobody knows whether the last try was committed.
 */
export const atomically = Effect.fnUntraced(function*<A, E, R>(
  named: Named,
  body: Effect.Effect<A, E | SqlError.SqlError, R>
): Effect.fn.Return<A, Exclude<E, SqlError.SqlError> | EventStoreError, R> {
  const { database } = named
  const isNested = yield* database.inTransaction
  const begin = (yield* SqlClient.BeginTransaction) ?? "BEGIN ISOLATION LEVEL READ COMMITTED"
  return yield* database.transaction(body).pipe(
    Effect.provideService(SqlClient.BeginTransaction, begin),
    Effect.retry({
      while: (error) =>
        !isNested && SqlError.isSqlError(error) && (Database.isTransient(error) || Database.isDisconnect(error)),
      schedule: Database.reconnecting
    }),
    Effect.mapError((error) =>
      // What is not an SqlError is one of the body's own.
      SqlError.isSqlError(error) ? failed(named, error) : error as Exclude<E, SqlError.SqlError>
    )
  )
})

/** What the store knows of the mapping; undefined where it has never been used. */
export const find = ({ name, query }: Named): Effect.Effect<KnownTable | undefined, SqlError.SqlError> =>
  Effect.map(query<KnownTable>("find_table", { name }), ([known]) => known)

/** What is seen of the mapping under its lock, and how the transaction sees. */
interface HeldTable extends KnownTable {
  readonly isolation: string
}

/**
 * Takes the mapping for the rest of the transaction, known or new; fails where it was switched over, or where the transaction
 * would not see what is committed while it waits.
 */
export const hold = Effect.fnUntraced(function*(
  { key, name, query, relation }: Source
): Effect.fn.Return<KnownTable, InvalidInput | SwitchedOver | SqlError.SqlError> {
  const lock = query<HeldTable>("lock_table", { name })
  let [known] = yield* lock
  if (known === undefined) {
    yield* query("enter_table", { name, relation, key })
    known = (yield* lock)[0]!
  }
  if (!known.isolation.startsWith("read ")) {
    return yield* new InvalidInput({ field: "transaction", rule: `must be at READ COMMITTED, not ${known.isolation}` })
  }
  if (known.relation !== relation || known.key !== key) {
    return yield* new InvalidInput({ field: "name", rule: `must not be that of ${known.relation} by ${known.key}` })
  }
  if (known.switched_at !== null) {
    return yield* new SwitchedOver({ name, at: DateTime.fromDateUnsafe(known.switched_at) })
  }
  return known
})
