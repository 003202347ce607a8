/**
 * READ COMMITTED for statements outside of a transaction. A statement that waits for a lock must see what the owner of
 * the lock wrote; under a stricter isolation it sees the database as of its start. A session's default is the role's,
 * the database's or the server's, and a single statement cannot change it for itself.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "./Database.ts"

/**
 * Takes the default of the client's sessions, or asks for it. Where it is stricter, each statement outside of a
 * transaction gets a transaction of its own, at the price of two more round trips; elsewhere statements are sent as they
 * are. A default that becomes stricter later is noticed at the first conflict that it causes.
 */
export const enforce = Effect.fnUntraced(function*(
  database: Database.Database,
  level?: string
): Effect.fn.Return<Database.Database, EventStoreError> {
  let strict = level === undefined ? yield* isStrict(database) : !isReadCommitted(level)
  const noticeChange = (error: SqlError.SqlError): Effect.Effect<void> =>
    Database.isUnseenConflict(error) || Database.isRefusedIsolation(error) || Database.isTransient(error)
      ? Effect.ignore(Effect.map(isStrict(database), (answer) => void (strict = answer)))
      : Effect.void
  return {
    ...database,
    statement: (statement) =>
      Effect.flatMap(database.inTransaction, (insideTransaction) => {
        if (insideTransaction) return statement
        return strict ? database.transaction(statement) : Effect.tapError(statement, noticeChange)
      })
  }
})

const isStrict = ({ sql }: Database.Database): Effect.Effect<boolean, EventStoreError> => {
  const statement = sql<{ readonly level: string }>`SELECT current_setting('default_transaction_isolation') AS level`
  return Effect.mapBoth(statement, {
    onFailure: (error) => new EventStoreError({ operation: "open", cause: Database.explain(error) }),
    onSuccess: ([row]) => !isReadCommitted(row!.level)
  })
}

/** Whether a level is READ COMMITTED. READ UNCOMMITTED is the same in PostgreSQL. */
export const isReadCommitted = (level: string): boolean => level.startsWith("read ")
