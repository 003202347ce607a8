/** A generation and its partitions as immutable values: each has a checkpoint and parked streams of its own. */
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as PartitionOf from "@refold/store/internal/project/PartitionOf"
import type {
  Addition,
  Changes,
  Generation,
  NewerEvent,
  ParkedStream,
  PartitionedBy
} from "@refold/store/project/ReadModelStore"
import type * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Revision from "./Revision.ts"

/** A partition. */
export interface StoredPartition {
  readonly checkpoint: Position
  readonly revision: string
  readonly rate: number
  readonly updatedAt: DateTime.Utc
  readonly newer: NewerEvent | undefined
  readonly definition: string
  readonly addition: Addition | undefined
  readonly parkedStreams: HashMap.HashMap<StreamName, ParkedStream>
}

/** A generation with its rows and partitions. */
export interface StoredGeneration extends Omit<Generation, keyof StoredPartition | "parked" | "partitions"> {
  readonly rows: HashMap.HashMap<string, StoredRow>
  readonly stored: ReadonlyArray<StoredPartition>
}

/** A partition before the first event. */
export const begin = (definition: string, now: DateTime.Utc): StoredPartition => ({
  checkpoint: Position(0),
  revision: Revision.make(),
  rate: 0,
  updatedAt: now,
  newer: undefined,
  definition,
  addition: undefined,
  parkedStreams: HashMap.empty()
})

/** A partition after a batch. */
export const save = (
  partition: StoredPartition,
  { checkpoint, newer, parked, rate, unparked }: Changes,
  now: DateTime.Utc
): StoredPartition => {
  const parkedStreams = HashMap.mutate(partition.parkedStreams, (streams) => {
    for (const stream of unparked) HashMap.remove(streams, stream)
    for (const one of parked) HashMap.set(streams, one.stream, { ...one, parkedAt: now })
  })
  return { ...partition, parkedStreams, checkpoint, rate, updatedAt: now, newer }
}

/** The generation as one of its partitions is. */
export const generationOf = (
  { rows: _rows, stored, ...generation }: StoredGeneration,
  { parkedStreams, ...partition }: StoredPartition
): Generation => ({ ...generation, ...partition, partitions: stored.length, parked: HashMap.size(parkedStreams) })

/** The generation with all its partitions taken together. */
export const together = (generation: StoredGeneration): Generation => {
  const { stored } = generation
  const [first, ...others] = stored
  if (first === undefined || others.length === 0) return generationOf(generation, stored[0]!)
  const behind = stored.reduce((one, two) => two.checkpoint < one.checkpoint ? two : one)
  const newers = stored.flatMap(({ newer }) => newer ?? []).toSorted((one, two) => one.position - two.position)
  const { definition, latest } = definitionsOf(stored)
  return {
    ...generationOf(generation, behind),
    revision: stored.map(({ revision }) => revision).join(),
    rate: stored.reduce((sum, { rate }) => sum + rate, 0),
    newer: newers[0],
    definition,
    // The progress of the addition is that of the partition that has read the fewest added events; it may not have begun.
    addition: latest === definition ? undefined : { definition: latest, checkpoint: Position(0) },
    parked: stored.reduce((sum, { parkedStreams }) => sum + HashMap.size(parkedStreams), 0)
  }
}

// The first and the last of the definitions that partitions have or are being given: each one extends the one before it.
const definitionsOf = (stored: ReadonlyArray<StoredPartition>) => {
  const known = stored.flatMap((
    { addition, definition }
  ) => [definition, ...addition === undefined ? [] : [addition.definition]])
  return {
    definition: known.reduce((one, two) => StoredDefinition.covers(one, two) ? two : one),
    latest: known.reduce((one, two) => StoredDefinition.covers(two, one) ? two : one)
  }
}

/** Requests another number of partitions; the present number ends a change that is under way. */
export const ask = (
  generation: StoredGeneration,
  partitions: number,
  by: PartitionedBy | undefined
): StoredGeneration => {
  const { stored } = generation
  const drainTo = Position(Math.max(...stored.map(({ checkpoint }) => checkpoint)))
  return {
    ...generation,
    partitionedBy: stored.length === 1 ? by : generation.partitionedBy,
    repartition: partitions === stored.length ? undefined : { partitions, drainTo }
  }
}

/** Changes the number of partitions if all of them are at the checkpoint of the change. */
export const change = (generation: StoredGeneration): StoredGeneration => {
  const { partitionedBy, repartition, stored } = generation
  if (repartition === undefined || stored.some((one) => !isDrained(one, stored[0]!, repartition.drainTo))) {
    return generation
  }
  const ended = { ...generation, repartition: undefined }
  if (partitionedBy === "key" && stored.some(({ parkedStreams }) => HashMap.size(parkedStreams) > 0)) return ended
  const { partitions } = repartition
  const parked = stored.flatMap(({ parkedStreams }) => [...HashMap.values(parkedStreams)])
  const rate = stored.reduce((sum, { rate }) => sum + rate, 0) / partitions
  return {
    ...ended,
    partitionedBy: partitions > 1 ? partitionedBy : undefined,
    stored: Array.from({ length: partitions }, (_, number): StoredPartition => ({
      ...stored[0]!,
      rate,
      newer: undefined,
      revision: Revision.make(),
      parkedStreams: HashMap.fromIterable(
        parked.filter(({ stream }) => PartitionOf.key(stream, partitions) === number).map((one) => [one.stream, one])
      )
    }))
  }
}

const isDrained = (one: StoredPartition, first: StoredPartition, drainTo: Position): boolean =>
  one.checkpoint >= drainTo && one.addition === undefined && one.definition === first.definition
