/** Opens a projection: finds its live generation, and begins a new one beside it if its version has none. */
import * as GenerationChoice from "@refold/store/internal/project/GenerationChoice"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Generation, NotOwned, StoredProjection } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { query, transaction } from "../../schema/internal/Query.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import * as Generations from "./Generations.ts"

type Failure = NotOwned | EventStoreError

/** The live generation and the one of this version; begins one if there is none of this version. */
export const open = Effect.fnUntraced(function*(
  database: Database,
  projection: StoredProjection
): Effect.fn.Return<ReadonlyArray<Generation>, Failure> {
  const isNested = yield* database.inTransaction
  // In the caller's transaction the locks of the drop would last until its end.
  if (!isNested) yield* Generations.dropObsolete(database, projection.name)
  const find = current(database, projection)
  const findOrBegin = Effect.flatMap(find, (known) =>
    known.some(isOf(projection))
      ? Effect.succeed(known)
      : Effect.map(create(database, projection, "Building", isNested), (begun) => [...known, begun]))
  // It usually exists, and then needs no lock.
  const known = yield* find
  return known.some(isOf(projection)) ? known : yield* withLock(database, projection, findOrBegin)
})

/** A new generation, or the one that is being built already. */
export const begin = Effect.fnUntraced(function*(
  database: Database,
  projection: StoredProjection,
  status: "Building" | "Scratch"
): Effect.fn.Return<Generation, Failure> {
  const isNested = yield* database.inTransaction
  const findOrBegin = Effect.flatMap(current(database, projection), (known) => {
    const building = known.find((one) => one.status === "Building" && isOf(projection)(one))
    return status === "Building" && building !== undefined
      ? Effect.succeed(building)
      : create(database, projection, status, isNested)
  })
  return yield* withLock(database, projection, findOrBegin)
})

const isOf = ({ version }: StoredProjection) => (generation: Generation): boolean => generation.version === version

// One process at a time; each sees the result of the one before.
const withLock = <A>(database: Database, { name }: StoredProjection, decide: Effect.Effect<A, Failure>) => {
  const { limits, object, sql } = database
  const lock = sql`SELECT ${object("lock_projection")}(${name}::text, ${TimeLimits.lockTimeout(limits)}::int)`
  return transaction(
    database,
    "open projection",
    Effect.andThen(query(database, "open projection", lock), decide)
  )
}

const current = Effect.fnUntraced(function*(
  database: Database,
  projection: StoredProjection
): Effect.fn.Return<ReadonlyArray<Generation>, Failure> {
  const { name, version } = projection
  const known = yield* Generations.list(database, { projection: name, statuses: ["Live", "Building"] })
  yield* Effect.fromResult(GenerationChoice.checkOwner(projection, known))
  return known.filter((one) => one.status === "Live" || one.version === version)
})

const create = Effect.fnUntraced(function*(
  database: Database,
  { definition, indexes, name, partitionedBy, setup, version }: StoredProjection,
  status: "Building" | "Scratch",
  isNested: boolean
): Effect.fn.Return<Generation, EventStoreError> {
  const operation = "begin generation"
  const { object, sql } = database
  // With as many partitions as the live one, if that assigns events to partitions in the same way.
  const insert = sql<{ readonly id: number }>`
    WITH live AS (
      SELECT partitions, partitioned_by FROM ${object("projection_generations")}
      WHERE projection = ${name}::text AND status = 'Live' AND partitioned_by = ${partitionedBy ?? null}::text
        AND ${status}::text = 'Building'
    ), begun AS (
      INSERT INTO ${object("projection_generations")} (
        projection, version, definition, status, has_tables, partitions, partitioned_by
      )
      SELECT ${name}::text, ${version}::int, ${definition}::text, ${status}::text, ${setup !== undefined}::boolean,
        coalesce(live.partitions, 1), live.partitioned_by
      FROM (SELECT) AS one LEFT JOIN live ON true
      RETURNING id, partitions
    )
    INSERT INTO ${object("projection_partitions")} (generation, "partition")
    SELECT id, n FROM begun, generate_series(0, partitions - 1) AS n RETURNING generation AS id`
  const [begun] = yield* query(database, operation, insert)
  const generation = (yield* Generations.list(database, { id: begun!.id }))[0]!
  if (setup === undefined) {
    const definitions = JSON.stringify(indexes.map(({ fields }) => fields))
    yield* query(
      database,
      operation,
      sql`SELECT ${object("create_rows_table")}(${generation.id}::int, ${definitions}::text::jsonb)`
    )
  } else {
    yield* query(
      database,
      operation,
      sql`SELECT ${object("create_generation_schema")}(${generation.id}::int, current_user::text)`
    )
    yield* Generations.inSchema(database, generation.id, isNested, setup)
    yield* query(database, operation, sql`SELECT ${object("share_tables")}(${generation.id}::int)`)
  }
  return generation
})
