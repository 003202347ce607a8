/** One call of an operation: the mapping's name, the operation that errors name, and the database of its store. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Database from "@refold/postgres/internal/schema/Database"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../LegacyMapping.ts"
import * as Install from "./Install.ts"
import { failed, type Operation } from "./StoreFailure.ts"

/**
 * A session. Its statements run unprepared: a server keeps the plan of a prepared statement, also one that was made while a
 * table was small.
 */
export interface Session {
  readonly name: string
  readonly operation: Operation
  readonly database: Database.Database
}

/** Opens a session on a store, which is prepared for legacy tables first. */
export const open = Effect.fnUntraced(function*(
  { name, store }: Pick<LegacyMapping<never, never, never>, "name" | "store">,
  operation: Operation
): Effect.fn.Return<Session, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  const database = yield* Database.make(store)
  yield* Install.ensure(database, operation)
  return { name, operation, database }
})

/** A statement outside of a transaction of the operation, whose failure is one of the store. */
export const reported = <A>(
  { operation }: Session,
  effect: Effect.Effect<A, SqlError.SqlError>
): Effect.Effect<A, EventStoreError> => Effect.mapError(effect, (error) => failed(operation, error))
