/** The read model store in memory: `Generations` in a reference, and a lock for each partition. */
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import { evaluate } from "@refold/core/project/RowQuery"
import * as GenerationChoice from "@refold/store/internal/project/GenerationChoice"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { LogHead } from "@refold/store/log/LogHead"
import { type DefinitionMismatch, UnknownProjection } from "@refold/store/project/ProjectionError"
import {
  type Generation,
  type NoRows,
  type NotOwned,
  ReadModelStore,
  type RowSource,
  type SelectedRows,
  type Selection,
  type StoredProjection
} from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Generations from "./Generations.ts"
import { parkedOf } from "./MemoryBatch.ts"
import * as Owners from "./Owners.ts"
import * as Partitions from "./Partitions.ts"

type Current = MutableRef.MutableRef<Generations.Generations>

/** Reads the head of the log. */
export type ReadHead = Effect.Effect<LogHead, EventStoreError>

/** The service over a reference that the event store writes inline rows to, too. */
export const make = (current: Current, readHead: ReadHead): ReadModelStore["Service"] => {
  const owners = Owners.make({ current, readHead })
  return ReadModelStore.of({
    open: (projection) => open(current, owners.drop, projection),
    begin: Effect.fnUntraced(function*(projection, status) {
      const now = yield* DateTime.now
      const known = yield* followed(current, projection)
      const building = status === "Building" ? known.find((other) => other.status === "Building") : undefined
      return building ?? begin(current, projection, status, now)
    }),
    generations: (projection) => Effect.sync(() => Generations.list(current.current, projection)),
    partitions: (id) =>
      Effect.sync(() => {
        const generation = Generations.find(current.current, id)
        return generation === undefined
          ? []
          : generation.stored.map((one, partition) => ({
            partition,
            generation: Partitions.generationOf(generation, one)
          }))
      }),
    ...owners,
    read: (source, selection) => Effect.suspend(() => read(current.current, source, selection)),
    live: (projection) => Effect.suspend(() => findLive(current.current, projection)),
    listParked: (id) => Effect.sync(() => parkedOf(current.current, id)),
    listDiscarded: (projection) => Effect.sync(() => Generations.discardedOf(current.current, projection)),
    catchUpRows: (projection, rows) =>
      Effect.sync(() => {
        current.current = Generations.saveNewer(current.current, projection, rows)
      }),
    inTransaction: Effect.succeed(false)
  })
}

const open = Effect.fnUntraced(function*(
  current: Current,
  drop: (generation: number) => Effect.Effect<void, EventStoreError>,
  projection: StoredProjection
) {
  const now = yield* DateTime.now
  const all = Generations.list(current.current, projection.name)
  for (const generation of all) {
    if (generation.status === "Retired" && !GenerationChoice.isKept(generation, all, now)) yield* drop(generation.id)
  }
  const known = yield* followed(current, projection)
  return known.some(({ version }) => version === projection.version)
    ? known
    : [...known, begin(current, projection, "Building", now)]
})

const begin = (
  current: Current,
  projection: StoredProjection,
  status: "Building" | "Scratch",
  now: DateTime.Utc
): Generation => {
  const [next, begun] = Generations.begin(current.current, projection, status, now)
  current.current = next
  return Partitions.together(begun)
}

// The live generation, and the one of this version that is building.
const followed = (
  current: Current,
  projection: StoredProjection
): Effect.Effect<ReadonlyArray<Generation>, NotOwned> => {
  const all = Generations.list(current.current, projection.name)
  const known = all.filter((one) =>
    one.status === "Live" || (one.status === "Building" && one.version === projection.version)
  )
  return Effect.as(Effect.fromResult(GenerationChoice.checkOwner(projection, all)), known)
}

const read = (
  all: Generations.Generations,
  source: RowSource,
  selection: Selection
): Effect.Effect<SelectedRows, NoRows | DefinitionMismatch> =>
  Effect.map(findRead(all, source), (generation) => ({
    generation,
    rows: rowsOf(all, generation.id, selection)
  }))

const rowsOf = (all: Generations.Generations, id: number, selection: Selection): SelectedRows["rows"] => {
  const { rows } = Generations.find(all, id) ?? { rows: HashMap.empty<string, StoredRow>() }
  return selection._tag === "Keys"
    ? selection.keys.flatMap((key) => Option.toArray(HashMap.get(rows, key)))
    : evaluate(selection.query, HashMap.values(rows))
}

const findRead = (
  all: Generations.Generations,
  source: RowSource
): Effect.Effect<Generation, NoRows | DefinitionMismatch> => {
  const known = Generations.list(all, source.name)
  if (source.generation === undefined) return Effect.fromResult(GenerationChoice.choose(source, known))
  const found = known.find(({ id }) => id === source.generation)
  return found === undefined ? new UnknownProjection({ projection: source.name }) : Effect.succeed(found)
}

const findLive = (
  all: Generations.Generations,
  projection: string
): Effect.Effect<Generation, NoRows> =>
  Effect.fromResult(GenerationChoice.findLive(projection, Generations.list(all, projection)))
