/** What projections have made of the log, as a value: generations with their rows and parked streams, and discards. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import type {
  Changes,
  DiscardedEvent,
  Generation,
  ParkedStream,
  Status,
  StoredProjection
} from "@refold/store/project/ReadModelStore"
import type * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"

/** A generation and what it holds. */
export interface Kept extends Generation {
  readonly rows: HashMap.HashMap<string, StoredRow>
  readonly parkedStreams: HashMap.HashMap<StreamName, ParkedStream>
}

/** Everything. Numbers of generations are never used twice. */
export interface Generations {
  readonly last: number
  readonly kept: HashMap.HashMap<number, Kept>
  readonly discarded: HashMap.HashMap<string, ReadonlyArray<DiscardedEvent>>
}

/** Nothing yet. */
export const empty: Generations = { last: 0, kept: HashMap.empty(), discarded: HashMap.empty() }

/** The generations of a projection, of all of them by default, in the order in which they began. */
export const list = ({ kept }: Generations, projection?: string): ReadonlyArray<Kept> =>
  [...HashMap.values(kept)]
    .filter((generation) => projection === undefined || generation.projection === projection)
    .toSorted((one, two) => one.id - two.id)

/** The generation with this number. */
export const find = ({ kept }: Generations, id: number): Kept | undefined =>
  Option.getOrUndefined(HashMap.get(kept, id))

/** With a new generation, and the new one. */
export const begin = (
  all: Generations,
  { name, version }: StoredProjection,
  status: Status,
  now: DateTime.Utc
): readonly [Generations, Kept] => {
  const generation: Kept = {
    id: all.last + 1,
    projection: name,
    version,
    status,
    // Before the first event.
    checkpoint: 0 as Position,
    revision: 0,
    rate: 0,
    parked: 0,
    updatedAt: now,
    rows: HashMap.empty(),
    parkedStreams: HashMap.empty()
  }
  return [set({ ...all, last: generation.id }, generation), generation]
}

/** Without a generation. */
export const drop = (all: Generations, id: number): Generations => ({ ...all, kept: HashMap.remove(all.kept, id) })

/** With the changes of a batch. */
export const save = (all: Generations, id: number, changes: Changes, now: DateTime.Utc): Generations => {
  const generation = find(all, id)
  if (generation === undefined) return all
  let { parkedStreams, rows } = generation
  for (const row of changes.rows) rows = changes.keepsNewer ? setNewer(rows, row) : HashMap.set(rows, row.key, row)
  for (const key of changes.removed) rows = HashMap.remove(rows, key)
  for (const stream of changes.unparked) parkedStreams = HashMap.remove(parkedStreams, stream)
  for (const parked of changes.parked) {
    parkedStreams = HashMap.set(parkedStreams, parked.stream, { ...parked, parkedAt: now })
  }
  const changed = changes.rows.length + changes.removed.length > 0
  return set(all, {
    ...generation,
    rows,
    parkedStreams,
    parked: HashMap.size(parkedStreams),
    checkpoint: changes.checkpoint,
    rate: changes.rate,
    revision: generation.revision + (changed ? 1 : 0),
    updatedAt: now
  })
}

/** With rows that were folded from the stream itself, in all generations of a version, where they are newer. */
export const saveNewer = (
  all: Generations,
  { name, version }: Pick<StoredProjection, "name" | "version">,
  newer: ReadonlyArray<StoredRow>
): Generations =>
  list(all, name)
    .filter((generation) => generation.version === version && isRead(generation.status))
    .reduce((next, generation) => set(next, { ...generation, rows: newer.reduce(setNewer, generation.rows) }), all)

/** With this generation live and the one that was retired; undefined where that one has come further. */
export const promote = (all: Generations, id: number): Generations | undefined => {
  const own = find(all, id)
  if (own?.status !== "Building") return undefined
  const others = list(all, own.projection).filter((other) => other.id !== id)
  const live = others.find(({ status }) => status === "Live")
  if (live !== undefined && live.version > own.version) return set(all, { ...own, status: "Retired" })
  if (live !== undefined && live.checkpoint > own.checkpoint) return undefined
  return others
    .filter(({ status, version }) => status === "Live" || (status === "Building" && version < own.version))
    .reduce((next, other) => set(next, { ...other, status: "Retired" }), set(all, { ...own, status: "Live" }))
}

/** With events that a projection leaves out. */
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

/** The events that a projection leaves out. */
export const discardedOf = ({ discarded }: Generations, projection: string): ReadonlyArray<DiscardedEvent> =>
  Option.getOrElse(HashMap.get(discarded, projection), () => [])

const isRead = (status: Status): boolean => status === "Live" || status === "Building"

const set = (all: Generations, generation: Kept): Generations => ({
  ...all,
  kept: HashMap.set(all.kept, generation.id, generation)
})

const setNewer = (rows: HashMap.HashMap<string, StoredRow>, row: StoredRow): HashMap.HashMap<string, StoredRow> =>
  Option.exists(HashMap.get(rows, row.key), (known) => known.version >= row.version)
    ? rows
    : HashMap.set(rows, row.key, row)
