/** The service `ProjectionTables`: reads and writes the tables of projections that have tables of their own. */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type { DefinitionMismatch } from "@refold/store/project/ProjectionError"
import type { Generation, NoRows, RowsIdentity } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../../schema/internal/Database.ts"
import { query, transaction } from "../../schema/internal/Query.ts"
import type { HandlingOptions } from "../ProjectionTables.ts"
import { ProjectionTables } from "../ProjectionTables.ts"
import * as Generations from "./Generations.ts"

/** The service of a database. */
export const make = (database: Database.Database): ProjectionTables["Service"] =>
  ProjectionTables.of({
    within: Effect.fnUntraced(function*(reader, effect) {
      const isNested = yield* database.inTransaction
      const inside = Effect.flatMap(
        lockChosen(database, reader),
        (generation) => Generations.inSchema(database, generation, isNested, effect)
      )
      return yield* transaction(database, reading, inside)
    }),
    handling: (options, handlers) => handling(database, options, handlers)
  })

const reading = "read tables"

interface SharedRow {
  readonly id: number
}

// If another generation becomes live while the statement waits for its lock, it finds no row; the next attempt finds the new one.
const lockChosen = Effect.fnUntraced(function*(
  database: Database.Database,
  reader: RowsIdentity
): Effect.fn.Return<number, NoRows | DefinitionMismatch | EventStoreError> {
  for (;;) {
    const chosen = yield* Generations.choose(database, reader)
    const [locked] = yield* query(database, reading, lock(database, chosen))
    if (locked !== undefined) return locked.id
  }
})

// Keeps the generation from being dropped until the end of the transaction. Its owner and its successor are not blocked.
const lock = ({ object, sql }: Database.Database, { id, status }: Generation) =>
  sql<SharedRow>`SELECT id FROM ${object("hold_generation")}(${id}::int, ${status}::text)`

interface LimitsRow {
  readonly before: string
  readonly timeout: number
}

const handling = <A, E, R>(
  database: Database.Database,
  { timeout, aborted }: HandlingOptions<E>,
  handlers: (timeout: number) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | EventStoreError, R> => {
  const operation = "handle events"
  const failure = (error: SqlError.SqlError) =>
    Database.isDisconnect(error) ? new EventStoreError({ operation, cause: Database.explain(error) }) : aborted
  const handled = Effect.gen(function*() {
    const [limits] = yield* query(database, operation, begin(database, timeout))
    const result = yield* handlers(limits!.timeout)
    yield* Effect.mapError(end(database, limits!.before), failure)
    return result
  })
  return transaction(database, operation, handled)
}

// The timeout of a handler, in milliseconds: its own, and less than the idle timeout of the transaction. Until `end`,
// statements have a lock timeout that is shorter, because the event does not cause a lock that is held elsewhere.
const begin = ({ sql }: Database.Database, timeout: number) =>
  sql<LimitsRow>`
    WITH settings AS MATERIALIZED (
      SELECT current_setting('lock_timeout') AS before,
        nullif(extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval), 0) * 1000 AS idle
    ), limits AS MATERIALIZED (
      SELECT before, least(${timeout}::float8, 0.8 * idle::float8) AS timeout FROM settings
    )
    SELECT before, timeout, set_config('lock_timeout', ceil(0.7 * timeout)::text, true) FROM limits`

// Fails if a statement has failed since and the handler ignored it.
const end = ({ sql }: Database.Database, lockTimeout: string) =>
  sql`SELECT set_config('lock_timeout', ${lockTimeout}::text, true)`
