/** The generations of all projections as an immutable value: rows, parked streams and discarded events. */
import type { Position } from "@refold/core/event/Position"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import type {
  Changes,
  DiscardedEvent,
  Generation,
  ParkedStream,
  RowChanges,
  RowsIdentity,
  Status,
  StoredProjection
} from "@refold/store/project/ReadModelStore"
import type * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Partitions from "./Partitions.ts"
import * as Revision from "./Revision.ts"

/** All generations and discards. `last` is the highest id ever used: ids are never reused. */
export interface Generations {
  readonly last: number
  readonly kept: HashMap.HashMap<number, Partitions.StoredGeneration>
  readonly discarded: HashMap.HashMap<string, ReadonlyArray<DiscardedEvent>>
}

/** No generations. */
export const empty: Generations = { last: 0, kept: HashMap.empty(), discarded: HashMap.empty() }

/** The generations of a projection, or of all, ordered by id, each with its partitions taken together. */
export const list = (all: Generations, projection?: string): ReadonlyArray<Generation> =>
  listStored(all, projection).map(Partitions.together)

const listStored = ({ kept }: Generations, projection?: string): ReadonlyArray<Partitions.StoredGeneration> =>
  [...HashMap.values(kept)]
    .filter((generation) => projection === undefined || generation.projection === projection)
    .toSorted((one, two) => one.id - two.id)

/** The generation with this id. */
export const find = ({ kept }: Generations, id: number): Partitions.StoredGeneration | undefined =>
  Option.getOrUndefined(HashMap.get(kept, id))

/** Adds a new generation, and returns it, too. It has as many partitions as the live one, if that has them by the same. */
export const begin = (
  all: Generations,
  { definition, name, partitionedBy, version }: StoredProjection,
  status: Status,
  now: DateTime.Utc
): readonly [Generations, Partitions.StoredGeneration] => {
  const live = listStored(all, name).find((one) => one.status === "Live")
  const isAlike = status === "Building" && live?.partitionedBy !== undefined && live.partitionedBy === partitionedBy
  const generation: Partitions.StoredGeneration = {
    id: all.last + 1,
    projection: name,
    version,
    status,
    replacedAt: undefined,
    partitionedBy: isAlike ? partitionedBy : undefined,
    repartition: undefined,
    rows: HashMap.empty(),
    stored: (isAlike ? live.stored : [0]).map(() => Partitions.begin(definition, now))
  }
  return [set({ ...all, last: generation.id }, generation), generation]
}

/** Removes a generation. */
export const drop = (all: Generations, id: number): Generations => ({ ...all, kept: HashMap.remove(all.kept, id) })

/** The place of a partition. */
export interface Place {
  readonly id: number
  readonly partition: number
}

/** Stores and removes rows. */
export const writeRows = (all: Generations, place: Place, changes: RowChanges): Generations => {
  if (changes.rows.length + changes.removed.length === 0) return all
  const written = change(all, place.id, (generation) => ({
    ...generation,
    rows: HashMap.mutate(generation.rows, (rows) => {
      for (const row of changes.rows) if (!changes.keepsNewer || isNewer(rows, row)) HashMap.set(rows, row.key, row)
      for (const key of changes.removed) HashMap.remove(rows, key)
    })
  }))
  return changePartition(written, place, (partition) => ({ ...partition, revision: Revision.make() }))
}

/** Applies the changes of a batch. */
export const save = (all: Generations, place: Place, changes: Changes, now: DateTime.Utc): Generations =>
  changePartition(writeRows(all, place, changes), place, (partition) => Partitions.save(partition, changes, now))

/** Puts a generation without rows at a checkpoint, with parked streams as they were. */
export const restore = (
  all: Generations,
  id: number,
  checkpoint: Position,
  parked: ReadonlyArray<ParkedStream>
): Generations => {
  const parkedStreams = HashMap.fromIterable(parked.map((one) => [one.stream, one] as const))
  return changePartition(all, { id, partition: 0 }, (partition) => ({ ...partition, checkpoint, parkedStreams }))
}

/** Changes the definition of a partition, or an addition to it. */
export const redefine = (
  all: Generations,
  place: Place,
  to: Partial<Pick<Partitions.StoredPartition, "definition" | "addition">>
): Generations => changePartition(all, place, (partition) => ({ ...partition, ...to }))

/** Changes a generation, if it still exists. */
export const change = (
  all: Generations,
  id: number,
  by: (generation: Partitions.StoredGeneration) => Partitions.StoredGeneration
): Generations => {
  const generation = find(all, id)
  return generation === undefined ? all : set(all, by(generation))
}

const changePartition = (
  all: Generations,
  { id, partition }: Place,
  by: (partition: Partitions.StoredPartition) => Partitions.StoredPartition
): Generations =>
  change(all, id, (generation) => ({
    ...generation,
    stored: generation.stored.map((one, number) => number === partition ? by(one) : one)
  }))

/** Stores rows in the live and building generations of a version and definition, unless the stored rows are equally new. */
export const saveNewer = (
  all: Generations,
  { definition, name, version }: RowsIdentity,
  newer: ReadonlyArray<StoredRow>
): Generations =>
  listStored(all, name)
    .filter((generation) =>
      generation.version === version && generation.stored[0]?.definition === definition && isUpdated(generation.status)
    )
    .reduce((next, generation) => set(next, { ...generation, rows: newer.reduce(setNewer, generation.rows) }), all)

/** Makes a generation live and retires the former one; undefined if that one has a higher checkpoint in any partition. */
export const promote = (all: Generations, id: number, now: DateTime.Utc): Generations | undefined => {
  const own = find(all, id)
  if (own?.status !== "Building") return undefined
  const others = listStored(all, own.projection).filter((other) => other.id !== id)
  const live = others.find(({ status }) => status === "Live")
  if (live !== undefined && live.version > own.version) return set(all, { ...own, status: "Retired" })
  if (live !== undefined && Math.max(...checkpoints(live)) > Math.min(...checkpoints(own))) return undefined
  return others
    .filter(({ status, version }) => status === "Live" || (status === "Building" && version < own.version))
    .reduce(
      (next, other) =>
        set(next, { ...other, status: "Retired", replacedAt: other.status === "Live" ? now : undefined }),
      set(all, { ...own, status: "Live" })
    )
}

const checkpoints = ({ stored }: Partitions.StoredGeneration) => stored.map(({ checkpoint }) => checkpoint)

/** Records discarded events of a projection. */
export const discard = (
  all: Generations,
  projection: string,
  events: ReadonlyArray<DiscardedEvent>
): Generations => ({
  ...all,
  discarded: HashMap.set(
    all.discarded,
    projection,
    [
      ...discardedOf(all, projection).filter(({ position }) => events.every((event) => event.position !== position)),
      ...events
    ].toSorted((one, two) => one.position - two.position)
  )
})

/** The discarded events of a projection, ordered by position. */
export const discardedOf = ({ discarded }: Generations, projection: string): ReadonlyArray<DiscardedEvent> =>
  Option.getOrElse(HashMap.get(discarded, projection), () => [])

const isUpdated = (status: Status): boolean => status === "Live" || status === "Building"

const set = (all: Generations, generation: Partitions.StoredGeneration): Generations => ({
  ...all,
  kept: HashMap.set(all.kept, generation.id, generation)
})

const setNewer = (rows: HashMap.HashMap<string, StoredRow>, row: StoredRow): HashMap.HashMap<string, StoredRow> =>
  isNewer(rows, row) ? HashMap.set(rows, row.key, row) : rows

const isNewer = (rows: HashMap.HashMap<string, StoredRow>, row: StoredRow): boolean =>
  !Option.exists(HashMap.get(rows, row.key), (known) => known.version >= row.version)
