/** Generations as the database holds them, and the tables of their own that some of them have. */
import { Position } from "@refold/core/event/Position"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { ProjectionNotReady, UnknownProjection } from "@refold/store/project/ProjectionError"
import type { Generation, NoRows, Status } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { query } from "./Query.ts"

/** A row of the SQL view `projections`. */
export interface GenerationRow {
  readonly id: number
  readonly projection: string
  readonly version: number
  readonly status: string
  readonly checkpoint: bigint
  readonly revision: bigint
  readonly rate: number
  readonly has_tables: boolean
  readonly updated_at: Date
  readonly parked: number
}

/** The generation that it stands for. */
export const decode = (row: GenerationRow): Generation => ({
  id: row.id,
  projection: row.projection,
  version: row.version,
  // The table checks it.
  status: row.status as Status,
  checkpoint: Position(Number(row.checkpoint)),
  revision: Number(row.revision),
  rate: row.rate,
  parked: row.parked,
  updatedAt: DateTime.fromDateUnsafe(row.updated_at)
})

/** Which generations; all where nothing is said. */
export interface Wanted {
  readonly id?: number | undefined
  readonly projection?: string | undefined
  readonly statuses?: ReadonlyArray<Status> | undefined
}

/** The generations, in the order in which they began. */
export const list = (
  database: Database,
  wanted: Wanted
): Effect.Effect<ReadonlyArray<GenerationRow>, EventStoreError> =>
  query<GenerationRow>(database, "list generations", "queries/list_generations", { ...wanted })

/** The generation that readers see. */
export const findLive = Effect.fnUntraced(function*(
  database: Database,
  projection: string
): Effect.fn.Return<GenerationRow, NoRows | EventStoreError> {
  const known = yield* list(database, { projection, statuses: ["Live", "Building"] })
  const live = known.find(({ status }) => status === "Live")
  if (live !== undefined) return live
  const building = known.at(-1)
  return yield* building === undefined
    ? new UnknownProjection({ projection })
    : new ProjectionNotReady({ projection, checkpoint: decode(building).checkpoint })
})

// Waiting for a table to be dropped, all that come after wait, too: what can be done later is not waited for long.
const patience = { explicit: 5_000, bestEffort: 200 }

/** Forgets a generation and its rows. */
export const drop = (database: Database, generation: number): Effect.Effect<void, EventStoreError> =>
  Effect.asVoid(query(database, "drop generation", "queries/drop_generation", {
    generation,
    only_if_over: false,
    patience: patience.explicit
  }))

/** Drops what nobody needs any more, as far as that can be done at once. The next time is soon enough for the rest. */
export const dropOver = Effect.fnUntraced(function*(
  database: Database,
  projection: string
): Effect.fn.Return<void, EventStoreError> {
  const over = yield* query<{ readonly id: number }>(database, "list generations", "queries/generations_over", {
    projection
  })
  const drop = ({ id }: { readonly id: number }) =>
    query(database, "drop generation", "queries/drop_generation", {
      generation: id,
      only_if_over: true,
      patience: patience.bestEffort
    })
  yield* Effect.forEach(over, (one) => Effect.ignore(drop(one)), { discard: true })
})

/**
 * Runs an effect with the generation's own tables in reach by their plain names. Inside of a transaction; where that is
 * the caller's (`isNested`), he then finds his own names again.
 */
export const inNamespace = Effect.fnUntraced(function*<A, E, R>(
  database: Database,
  generation: number,
  isNested: boolean,
  effect: Effect.Effect<A, E, R>
): Effect.fn.Return<A, E | EventStoreError, R> {
  const entered = yield* query<{ readonly path: string }>(database, "enter namespace", "queries/enter_namespace", {
    generation
  })
  const result = yield* effect
  // Where the effect failed, the transaction goes back, and with it the path.
  if (isNested) yield* query(database, "leave namespace", "queries/leave_namespace", { path: entered[0]!.path })
  return result
})
