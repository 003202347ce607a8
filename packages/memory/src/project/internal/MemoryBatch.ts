/** A batch of partitions of a generation in memory: its changes are collected, and applied if its body succeeds. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as InstanceChanged from "@refold/store/log/InstanceChanged"
import type { LogHead } from "@refold/store/log/LogHead"
import type { Batch, ParkedStream, Partition } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Generations from "./Generations.ts"
import * as Partitions from "./Partitions.ts"

/** The generations, and the log that they are folded from. */
export interface Stored {
  readonly current: MutableRef.MutableRef<Generations.Generations>
  readonly readHead: Effect.Effect<LogHead, EventStoreError>
}

/**
 * Runs a body on partitions of a generation. None if the generation is retired or no longer exists, or lacks one of them. The changes are
 * applied to the value at the end, because command handlers may have written rows of inline projections in the meantime. Fails if an
 * older log was restored meanwhile, like a transaction whose database is gone.
 */
export const transact = <A, E, R>(
  { current, readHead }: Stored,
  id: number,
  partitions: ReadonlyArray<number>,
  body: (batches: readonly [Batch, ...ReadonlyArray<Batch>]) => Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E | EventStoreError, R> =>
  Effect.gen(function*() {
    const head = yield* readHead
    const generation = Generations.find(current.current, id)
    if (generation === undefined || generation.status === "Retired") return Option.none()
    const changes: Array<Change> = []
    const changed = applying(current, changes)
    const [first, ...others] = partitions.flatMap((partition): ReadonlyArray<Batch> => {
      const stored = generation.stored[partition]
      if (stored === undefined) return []
      const own = { generation: Partitions.generationOf(generation, stored), partition }
      return [{ head, readHead, ...readsOf(own, changed), ...writesOf(own, changed, changes) }]
    })
    if (first === undefined) return Option.none()
    const result = yield* body([first, ...others])
    const { instance } = yield* readHead
    if (instance !== head.instance) return yield* InstanceChanged.failed("update projection")
    current.current = changed()
    return Option.some(result)
  })

type Change = (all: Generations.Generations) => Generations.Generations

// The current value with all changes. Each is applied once, unless the value was replaced or changes were undone.
const applying = (current: Stored["current"], changes: ReadonlyArray<Change>) => {
  const fresh = () => ({
    to: current.current,
    count: 0,
    last: undefined as Change | undefined,
    result: current.current
  })
  let applied = fresh()
  return (): Generations.Generations => {
    if (applied.to !== current.current || applied.last !== changes[applied.count - 1]) applied = fresh()
    const result = changes.slice(applied.count).reduce((all, change) => change(all), applied.result)
    applied = { to: applied.to, count: changes.length, last: changes.at(-1), result }
    return result
  }
}

type Writes = "writeRows" | "undoOnFailure" | "save" | "discard" | "promote" | "add" | "redefine"

const readsOf = (
  { generation, partition }: Partition,
  changed: () => Generations.Generations
): Omit<Batch, Writes | "head" | "readHead"> => ({
  generation,
  partition,
  rows: (keys) =>
    Effect.sync(() => {
      const rows = Generations.find(changed(), generation.id)?.rows ?? HashMap.empty()
      return keys.flatMap((key) => Option.toArray(HashMap.get(rows, key)))
    }),
  parked: (streams) =>
    Effect.sync(() => parkedOf(changed(), generation.id, partition).filter(({ stream }) => streams.includes(stream))),
  discarded: (after, upTo) =>
    Effect.sync(() =>
      Generations.discardedOf(changed(), generation.projection)
        .map(({ position }) => position)
        .filter((position) => position > after && position <= upTo)
    ),
  outside: (effect) => effect
})

const writesOf = (
  { generation: { id, projection }, partition }: Partition,
  changed: () => Generations.Generations,
  changes: Array<Change>
): Pick<Batch, Writes> => ({
  writeRows: (written) =>
    Effect.sync(() => void changes.push((all) => Generations.writeRows(all, { id, partition }, written))),
  undoOnFailure: (effect) =>
    Effect.suspend(() => {
      const before = changes.length
      return Effect.onError(effect, () => Effect.sync(() => changes.splice(before)))
    }),
  save: (saved) =>
    Effect.map(DateTime.now, (now) => void changes.push((all) => Generations.save(all, { id, partition }, saved, now))),
  discard: (events) =>
    Effect.map(DateTime.now, (discardedAt) => {
      const discards = events.map((event) => ({ ...event, discardedAt }))
      changes.push((all) => Generations.discard(all, projection, discards))
    }),
  add: (addition) =>
    Effect.sync(() => void changes.push((all) => Generations.redefine(all, { id, partition }, { addition }))),
  redefine: (definition) =>
    Effect.sync(() =>
      void changes.push((all) => Generations.redefine(all, { id, partition }, { definition, addition: undefined }))
    ),
  promote: Effect.map(DateTime.now, (now) => {
    const promoted = Generations.promote(changed(), id, now)
    if (promoted === undefined) return false
    changes.push((all) => Generations.promote(all, id, now) ?? all)
    return Generations.find(promoted, id)?.status === "Live"
  })
})

/** The parked streams of a generation, or of one of its partitions, ordered by position. */
export const parkedOf = (all: Generations.Generations, id: number, partition?: number): ReadonlyArray<ParkedStream> =>
  (Generations.find(all, id)?.stored ?? [])
    .filter((_, number) => partition === undefined || number === partition)
    .flatMap(({ parkedStreams }) => [...HashMap.values(parkedStreams)])
    .toSorted((one, two) => one.position - two.position)
