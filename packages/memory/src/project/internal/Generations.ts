/** The generations of all projections as an immutable value: rows, parked streams and discarded events. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
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
import * as SecureRandom from "effect/crypto/SecureRandom"
import type * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"

/** A generation with its rows and parked streams. */
export interface StoredGeneration extends Generation {
  readonly rows: HashMap.HashMap<string, StoredRow>
  readonly parkedStreams: HashMap.HashMap<StreamName, ParkedStream>
}

/** All generations and discards. `last` is the highest id ever used: ids are never reused. */
export interface Generations {
  readonly last: number
  readonly kept: HashMap.HashMap<number, StoredGeneration>
  readonly discarded: HashMap.HashMap<string, ReadonlyArray<DiscardedEvent>>
}

/** No generations. */
export const empty: Generations = { last: 0, kept: HashMap.empty(), discarded: HashMap.empty() }

/** The generations of a projection, or of all, ordered by id. */
export const list = ({ kept }: Generations, projection?: string): ReadonlyArray<StoredGeneration> =>
  [...HashMap.values(kept)]
    .filter((generation) => projection === undefined || generation.projection === projection)
    .toSorted((one, two) => one.id - two.id)

/** The generation with this id. */
export const find = ({ kept }: Generations, id: number): StoredGeneration | undefined =>
  Option.getOrUndefined(HashMap.get(kept, id))

/** Adds a new generation, and returns it, too. */
export const begin = (
  all: Generations,
  { definition, name, version }: StoredProjection,
  status: Status,
  now: DateTime.Utc
): readonly [Generations, StoredGeneration] => {
  const generation: StoredGeneration = {
    id: all.last + 1,
    projection: name,
    version,
    definition,
    status,
    // Before the first event.
    checkpoint: 0 as Position,
    revision: newRevision(),
    rate: 0,
    parked: 0,
    updatedAt: now,
    replacedAt: undefined,
    newer: undefined,
    addition: undefined,
    rows: HashMap.empty(),
    parkedStreams: HashMap.empty()
  }
  return [set({ ...all, last: generation.id }, generation), generation]
}

/** Removes a generation. */
export const drop = (all: Generations, id: number): Generations => ({ ...all, kept: HashMap.remove(all.kept, id) })

/** Stores and removes rows. */
export const writeRows = (all: Generations, id: number, changes: RowChanges): Generations => {
  const generation = find(all, id)
  if (generation === undefined || changes.rows.length + changes.removed.length === 0) return all
  const rows = HashMap.mutate(generation.rows, (rows) => {
    for (const row of changes.rows) if (!changes.keepsNewer || isNewer(rows, row)) HashMap.set(rows, row.key, row)
    for (const key of changes.removed) HashMap.remove(rows, key)
  })
  return set(all, { ...generation, rows, revision: newRevision() })
}

/** Applies the changes of a batch. */
export const save = (all: Generations, id: number, changes: Changes, now: DateTime.Utc): Generations => {
  const written = writeRows(all, id, changes)
  const generation = find(written, id)
  if (generation === undefined) return all
  let { parkedStreams } = generation
  for (const stream of changes.unparked) parkedStreams = HashMap.remove(parkedStreams, stream)
  for (const parked of changes.parked) {
    parkedStreams = HashMap.set(parkedStreams, parked.stream, { ...parked, parkedAt: now })
  }
  return set(written, {
    ...generation,
    parkedStreams,
    parked: HashMap.size(parkedStreams),
    checkpoint: changes.checkpoint,
    rate: changes.rate,
    updatedAt: now,
    newer: changes.newer
  })
}

/** Puts a generation without rows at a checkpoint, with parked streams as they were. */
export const restore = (
  all: Generations,
  id: number,
  checkpoint: Position,
  parked: ReadonlyArray<ParkedStream>
): Generations => {
  const generation = find(all, id)
  if (generation === undefined) return all
  const parkedStreams = HashMap.fromIterable(parked.map((one) => [one.stream, one] as const))
  return set(all, { ...generation, checkpoint, parkedStreams, parked: parked.length })
}

/** Changes the definition of a generation, or an addition to it. */
export const redefine = (
  all: Generations,
  id: number,
  change: Partial<Pick<Generation, "definition" | "addition">>
): Generations => {
  const generation = find(all, id)
  return generation === undefined ? all : set(all, { ...generation, ...change })
}

/** Stores rows in the live and building generations of a version and definition, unless the stored ones are as new. */
export const saveNewer = (
  all: Generations,
  { definition, name, version }: RowsIdentity,
  newer: ReadonlyArray<StoredRow>
): Generations =>
  list(all, name)
    .filter((generation) =>
      generation.version === version && generation.definition === definition && isUpdated(generation.status)
    )
    .reduce((next, generation) => set(next, { ...generation, rows: newer.reduce(setNewer, generation.rows) }), all)

/** Makes a generation live and retires the former one; undefined if that one has a higher checkpoint. */
export const promote = (all: Generations, id: number, now: DateTime.Utc): Generations | undefined => {
  const own = find(all, id)
  if (own?.status !== "Building") return undefined
  const others = list(all, own.projection).filter((other) => other.id !== id)
  const live = others.find(({ status }) => status === "Live")
  if (live !== undefined && live.version > own.version) return set(all, { ...own, status: "Retired" })
  if (live !== undefined && live.checkpoint > own.checkpoint) return undefined
  return others
    .filter(({ status, version }) => status === "Live" || (status === "Building" && version < own.version))
    .reduce(
      (next, other) =>
        set(next, { ...other, status: "Retired", replacedAt: other.status === "Live" ? now : undefined }),
      set(all, { ...own, status: "Live" })
    )
}

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

// From the system's random source: revisions must differ also where tests repeat a seed or an older value is put back.
const newRevision = (): string => SecureRandom.uuidV7Unsafe()

const isUpdated = (status: Status): boolean => status === "Live" || status === "Building"

const set = (all: Generations, generation: StoredGeneration): Generations => ({
  ...all,
  kept: HashMap.set(all.kept, generation.id, generation)
})

const setNewer = (rows: HashMap.HashMap<string, StoredRow>, row: StoredRow): HashMap.HashMap<string, StoredRow> =>
  isNewer(rows, row) ? HashMap.set(rows, row.key, row) : rows

const isNewer = (rows: HashMap.HashMap<string, StoredRow>, row: StoredRow): boolean =>
  !Option.exists(HashMap.get(rows, row.key), (known) => known.version >= row.version)
