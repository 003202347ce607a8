/** Questions that change nothing, and so may be asked again when the connection is lost. */
import { EventStoreError } from "@refold/store/EventStoreError"
import * as Effect from "effect/Effect"
import * as Database from "./Database.ts"
import type * as SqlFile from "./SqlFile.ts"

/** The rows of a query. In a transaction it is not repeated: what came before in there is lost, too. */
export const query = Effect.fnUntraced(function*<Row extends object>(
  database: Database.Database,
  operation: string,
  file: string,
  parameters: SqlFile.Parameters = {}
): Effect.fn.Return<ReadonlyArray<Row>, EventStoreError> {
  const insideTransaction = yield* database.inTransaction
  return yield* Effect.retry(database.query<Row>(file, parameters), {
    while: (error) => !insideTransaction && Database.isDisconnect(error),
    schedule: Database.reconnecting
  }).pipe(
    Effect.mapError((error) => new EventStoreError({ operation, cause: Database.explain(error) }))
  )
})
