/**
 * READ COMMITTED for statements outside of a transaction. A statement that waits for a lock must see the writes of the previous
 * holder; under a stricter isolation it sees the database as of its start. The default of a session comes from the role,
 * the database or the server, and a single statement cannot change it for itself.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "./Database.ts"

/**
 * Uses the given default of the client's sessions, or queries it. If it is stricter, each statement outside of a
 * transaction gets its own transaction, which costs two more round trips; otherwise statements are sent unchanged.
 * A default that becomes stricter later is detected at the first conflict that it causes.
 */
export const enforce = Effect.fnUntraced(function*(
  database: Database.Database,
  level?: string
): Effect.fn.Return<Database.Database, EventStoreError> {
  let strict = level === undefined ? yield* isStrict(database) : !isReadCommitted(level)
  const detectChange = (error: SqlError.SqlError): Effect.Effect<void> =>
    Database.isUnseenConflict(error) || Database.isRefusedIsolation(error) || Database.isTransient(error)
      ? Effect.ignore(Effect.map(isStrict(database), (answer) => void (strict = answer)))
      : Effect.void
  return {
    ...database,
    statement: (statement) =>
      Effect.flatMap(database.inTransaction, (insideTransaction) => {
        if (insideTransaction) return statement
        return strict ? database.transaction(statement) : Effect.tapError(statement, detectChange)
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
