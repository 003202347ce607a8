/** Reading and writing the tables of projections that have tables of their own. */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type { NoRows } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type { HandlingOptions } from "../ProjectionTables.ts"
import { ProjectionTables } from "../ProjectionTables.ts"
import * as Database from "./Database.ts"
import * as Generations from "./Generations.ts"
import { query, transaction } from "./Query.ts"

/** The service of a database. */
export const make = (database: Database.Database): ProjectionTables["Service"] =>
  ProjectionTables.of({
    within: Effect.fnUntraced(function*(projection, effect) {
      const isNested = yield* database.inTransaction
      const inside = Effect.flatMap(
        shareLive(database, projection),
        (generation) => Generations.inNamespace(database, generation, isNested, effect)
      )
      return yield* transaction(database, reading, inside)
    }),
    handling: (options, handlers) => handling(database, options, handlers)
  })

const reading = "read tables"

interface SharedRow {
  readonly id: number
  readonly has_tables: boolean
}

// Where another generation becomes live between a look and its lock, the look finds none, and the next one that other.
const shareLive = Effect.fnUntraced(function*(
  database: Database.Database,
  projection: string
): Effect.fn.Return<number, NoRows | EventStoreError> {
  for (;;) {
    const [live] = yield* query<SharedRow>(database, reading, "queries/share_live", { projection })
    if (live?.has_tables === true) return live.id
    const cause = `projection "${projection}" has rows and no tables of its own`
    if (live !== undefined) return yield* new EventStoreError({ operation: reading, cause })
    // Says why there is none.
    yield* Generations.findLive(database, projection)
  }
})

interface LimitsRow {
  readonly before: string
  readonly patience: number
}

const handling = <A, E, R>(
  database: Database.Database,
  { patience, spoiled }: HandlingOptions<E>,
  handlers: (patience: number) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | EventStoreError, R> => {
  const operation = "handle events"
  const blame = (error: SqlError.SqlError) =>
    Database.isDisconnect(error) ? new EventStoreError({ operation, cause: Database.explain(error) }) : spoiled
  const handled = Effect.gen(function*() {
    const [limits] = yield* query<LimitsRow>(database, operation, "queries/begin_handling", { patience })
    const result = yield* handlers(limits!.patience)
    yield* Effect.mapError(database.query("queries/end_handling", { before: limits!.before }), blame)
    return result
  })
  return transaction(database, operation, handled)
}
