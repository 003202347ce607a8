/** Generations in the database, and the schemas of those that have tables of their own. */
import * as GenerationChoice from "@refold/store/internal/project/GenerationChoice"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { DefinitionMismatch } from "@refold/store/project/ProjectionError"
import type { Generation, NoRows, RowsIdentity, Status } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { given, query } from "../../schema/internal/Query.ts"
import * as StoredValue from "../../schema/internal/StoredValue.ts"
import * as GenerationRow from "./GenerationRow.ts"

const listing = "list generations"

/** Selects generations; all without a condition. */
export interface Filter {
  readonly id?: number | undefined
  readonly projection?: string | undefined
  readonly statuses?: ReadonlyArray<Status> | undefined
}

/** The generations, in the order in which they began. */
export const list = (
  database: Database,
  filter: Filter
): Effect.Effect<ReadonlyArray<Generation>, EventStoreError> =>
  Effect.flatMap(
    query(database, listing, selectGenerations(database, filter)),
    (rows) => Effect.fromResult(StoredValue.decodeAll(rows, (row) => GenerationRow.decode(row, listing)))
  )

const selectGenerations = ({ object, sql }: Database, { id, projection, statuses }: Filter) => {
  const conditions = [
    ...given(id, (id) => sql`id = ${id}::int`),
    ...given(projection, (name) => sql`projection = ${name}::text`),
    ...given(statuses, (statuses) => sql`status = ANY (${statuses}::text[])`)
  ]
  return sql<GenerationRow.GenerationRow>`
    SELECT ${sql.literal(GenerationRow.columns)}
    FROM ${object("projections")} WHERE ${sql.and(conditions)} ORDER BY id`
}

/** The generation that readers see. */
export const findLive = Effect.fnUntraced(function*(
  database: Database,
  projection: string
): Effect.fn.Return<Generation, NoRows | EventStoreError> {
  const known = yield* list(database, { projection, statuses: ["Live", "Building"] })
  return yield* Effect.fromResult(GenerationChoice.findLive(projection, known))
})

/** The generation that code reads: see `GenerationChoice.choose`. */
export const choose = Effect.fnUntraced(function*(
  database: Database,
  reader: RowsIdentity
): Effect.fn.Return<Generation, NoRows | DefinitionMismatch | EventStoreError> {
  const known = yield* list(database, { projection: reader.name, statuses: ["Live", "Building", "Retired"] })
  return yield* Effect.fromResult(GenerationChoice.choose(reader, known))
})

// In milliseconds. While a drop waits for its lock, all later readers wait for the drop: one that can be repeated later gives
// up soon.
const lockTimeout = { explicit: 5_000, bestEffort: 200 }

/** Deletes a generation and its rows. */
export const drop = (database: Database, generation: number): Effect.Effect<void, EventStoreError> =>
  Effect.asVoid(query(database, "drop generation", callDrop(database, generation, false, lockTimeout.explicit)))

const callDrop = ({ object, sql }: Database, generation: number, onlyIfObsolete: boolean, timeout: number) =>
  sql`SELECT ${object("drop_generation")}(${generation}::int, ${onlyIfObsolete}::boolean, ${timeout}::int) AS dropped`

/** Drops generations that are not needed any more. A later call drops those that are in use. */
export const dropObsolete = Effect.fnUntraced(function*(
  database: Database,
  projection: string
): Effect.fn.Return<void, EventStoreError> {
  const { object, sql } = database
  const statement = sql<{ readonly id: number }>`SELECT id FROM ${
    object("obsolete_generations")
  }(${projection}::text) AS id`
  const obsolete = yield* query(database, listing, statement)
  const drop = ({ id }: { readonly id: number }) =>
    query(database, "drop generation", callDrop(database, id, true, lockTimeout.bestEffort))
  yield* Effect.forEach(obsolete, (one) => Effect.ignore(drop(one)), { discard: true })
})

/**
 * Runs an effect in whose statements unqualified names resolve to the generation's own tables. Needs a transaction. In the
 * caller's transaction (`isNested`), the caller's `search_path` is restored afterwards.
 */
export const inSchema = Effect.fnUntraced(function*<A, E, R>(
  database: Database,
  generation: number,
  isNested: boolean,
  effect: Effect.Effect<A, E, R>
): Effect.fn.Return<A, E | EventStoreError, R> {
  const { object, sql } = database
  // Applies until the end of the transaction.
  const enter = sql<{ readonly path: string }>`
    WITH before AS MATERIALIZED (SELECT current_setting('search_path') AS path)
    SELECT path, set_config(
      'search_path', quote_ident(${object("generation_schema")}(${generation}::int)) || ', public, pg_temp', true
    ) FROM before`
  const entered = yield* query(database, "enter schema", enter)
  const result = yield* effect
  // If the effect fails, the rollback restores the path.
  const leave = sql`SELECT set_config('search_path', ${entered[0]!.path}::text, true)`
  if (isNested) yield* query(database, "leave schema", leave)
  return result
})
