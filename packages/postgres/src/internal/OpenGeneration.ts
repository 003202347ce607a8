/** Which generations a projection has: the one that is live, and one beside it where its rows are to be filled anew. */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { ProjectionOutdated } from "@refold/store/project/ProjectionError"
import type { Generation, StoredProjection } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import * as Generations from "./Generations.ts"
import { query, transaction } from "./Query.ts"
import * as RowSql from "./RowSql.ts"

type Failure = ProjectionOutdated | EventStoreError

/** The generations that count for a projection; begins one where there is none of its version. */
export const open = Effect.fnUntraced(function*(
  database: Database,
  projection: StoredProjection
): Effect.fn.Return<ReadonlyArray<Generation>, Failure> {
  const isNested = yield* database.inTransaction
  // In the caller's transaction its locks would last.
  if (!isNested) yield* Generations.dropOver(database, projection.name)
  const find = current(database, projection)
  const findOrBegin = Effect.flatMap(find, (known) =>
    known.some(isOf(projection))
      ? Effect.succeed(known)
      : Effect.map(create(database, projection, "Building", isNested), (begun) => [...known, begun]))
  // Most find what they need without a lock.
  const known = yield* find
  return known.some(isOf(projection)) ? known : yield* deciding(database, projection, findOrBegin)
})

/** A new generation, or the one that is building already. */
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
  return yield* deciding(database, projection, findOrBegin)
})

const isOf = ({ version }: StoredProjection) => (generation: Generation): boolean => generation.version === version

// One process at a time, which sees what the one before has decided.
const deciding = <A>(database: Database, { name }: StoredProjection, decide: Effect.Effect<A, Failure>) =>
  transaction(
    database,
    "open projection",
    Effect.andThen(query(database, "open projection", "queries/lock_projection", { projection: name }), decide)
  )

const current = Effect.fnUntraced(function*(
  database: Database,
  projection: StoredProjection
): Effect.fn.Return<ReadonlyArray<Generation>, Failure> {
  const { name, version } = projection
  const rows = yield* Generations.list(database, { projection: name, statuses: ["Live", "Building"] })
  const live = rows.find(({ status }) => status === "Live")
  if (live !== undefined && live.version > version) {
    return yield* new ProjectionOutdated({ projection: name, version, live: live.version })
  }
  const own = rows.filter((row) => row.status === "Live" || row.version === version)
  const hasTables = projection.setup !== undefined
  if (own.some((row) => row.version === version && row.has_tables !== hasTables)) {
    const cause = `version ${version} of projection "${name}" ${hasTables ? "has rows" : "has tables of its own"}`
    return yield* new EventStoreError({ operation: "open projection", cause })
  }
  return own.map(Generations.decode)
})

const create = Effect.fnUntraced(function*(
  database: Database,
  { indexes, name, setup, version }: StoredProjection,
  status: "Building" | "Scratch",
  isNested: boolean
): Effect.fn.Return<Generation, EventStoreError> {
  const operation = "begin generation"
  const [row] = yield* query<Generations.GenerationRow>(database, operation, "queries/begin_generation", {
    projection: name,
    version,
    status,
    has_tables: setup !== undefined
  })
  const generation = Generations.decode(row!)
  if (setup === undefined) {
    const definitions = indexes.map(RowSql.definition)
    yield* query(database, operation, "queries/create_rows", { generation: generation.id, indexes: definitions })
  } else {
    yield* query(database, operation, "queries/create_namespace", { generation: generation.id })
    yield* Generations.inNamespace(database, generation.id, isNested, setup)
  }
  return generation
})
