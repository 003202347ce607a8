/** The target of an import in memory: a journal of its own, which becomes the store's when it is complete. */
import type { EventId } from "@refold/core/event/EventId"
import * as Position from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as JournalCopy from "@refold/core/internal/journal/JournalCopy"
import * as Journal from "@refold/core/journal/Journal"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import { ImportMismatch, StoreNotEmpty } from "@refold/store/maintain/ImportError"
import type {
  CopiedConsumer,
  EventPlace,
  ImportBatch,
  ImportProgress,
  ImportTarget
} from "@refold/store/maintain/Maintenance"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as MutableRef from "effect/MutableRef"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type * as MemorySnapshotStore from "../../decide/internal/MemorySnapshotStore.ts"
import * as MemoryEventStore from "../../log/internal/MemoryEventStore.ts"
import * as Generations from "../../project/internal/Generations.ts"

/** The parts of a store. */
export interface Parts {
  readonly log: MemoryEventStore.Ref
  readonly generations: MutableRef.MutableRef<Generations.Generations>
  readonly snapshots: Effect.Effect<MemorySnapshotStore.Snapshots>
  readonly limits: SizeLimits
}

/** The content imported so far, with which an interrupted import continues. Mutable. */
export interface Held {
  filling: Filling | undefined
}

interface Filling {
  readonly id: EventId
  readonly progress: ImportProgress
  readonly journal: Journal.Journal
  /** The positions of the first events of commits, by those in the file. */
  readonly commits: Map<Position.Position, Position.Position>
  readonly generations: Generations.Generations
}

/** The target of an import. */
export const target = (parts: Parts, held: Held): ImportTarget => {
  const journal = () => held.filling?.journal ?? Journal.empty
  let begun: EventId | undefined
  const fillingAt = ({ lines }: ImportProgress): Effect.Effect<Filling, ImportMismatch> =>
    held.filling !== undefined && held.filling.id === begun && held.filling.progress.lines === lines
      ? Effect.succeed(held.filling)
      : new ImportMismatch({ reason: "another program imports at the same time, or has given the import up" })
  return {
    limits: parts.limits,
    begin: Effect.fnUntraced(function*(id) {
      yield* checkEmpty(parts)
      held.filling ??= {
        id,
        progress: unstarted,
        journal: Journal.empty,
        commits: new Map(),
        generations: Generations.empty
      }
      if (held.filling.id !== id) {
        return yield* new ImportMismatch({ reason: `the store is in the middle of the import ${held.filling.id}` })
      }
      begun = id
      return held.filling.progress
    }),
    streamEnds: (streams) =>
      Effect.sync(() =>
        streams.map((stream) =>
          Option.flatMap(
            HashMap.get(journal().streams, stream),
            ({ items, size }) => Option.fromUndefinedOr(items[size - 1])
          )
        )
      ),
    areCommits: (positions) =>
      Effect.sync(() => positions.map((position) => held.filling?.commits.has(position) === true)),
    areStored: (places) =>
      Effect.sync(() => places.map(({ stream, version }) => Journal.streamVersion(journal(), stream) >= version)),
    write: Effect.fnUntraced(function*(batch, from, to) {
      const filling = yield* fillingAt(from)
      const taken = takenIn(filling, batch)
      if (taken >= 0) return Option.some(taken)
      held.filling = { ...written(filling, batch, yield* DateTime.now), progress: to }
      return Option.none()
    }),
    finish: (at) => Effect.flatMap(fillingAt(at), (filling) => finish(parts, held, filling))
  }
}

const unstarted: ImportProgress = {
  lines: 0,
  sha256: "",
  position: 0,
  counts: { events: 0, keys: 0, discards: 0, consumers: 0 }
}

const finish = Effect.fnUntraced(function*(parts: Parts, held: Held, { generations, journal }: Filling) {
  yield* checkEmpty(parts)
  parts.generations.current = generations
  held.filling = undefined
  yield* SubscriptionRef.set(parts.log, MemoryEventStore.instanceOf(journal))
})

const checkEmpty = Effect.fnUntraced(function*(parts: Parts): Effect.fn.Return<void, StoreNotEmpty> {
  const { journal } = yield* SubscriptionRef.get(parts.log)
  const { discarded, kept } = parts.generations.current
  const has = journal.log.size > 0
    ? "events"
    : HashMap.size(kept) > 0
    ? "projections"
    : HashMap.size(discarded) > 0
    ? "discarded events"
    : HashMap.size(yield* parts.snapshots) > 0
    ? "snapshots"
    : undefined
  if (has !== undefined) return yield* new StoreNotEmpty({ has })
})

// The index of the first item that is stored already or occurs twice in the batch; -1 if there is none.
const takenIn = ({ generations, journal }: Filling, batch: ImportBatch): number => {
  const seen = new Set<string>()
  const isTaken = (id: string, isStored: boolean): boolean => isStored || seen.size === seen.add(id).size
  switch (batch.kind) {
    case "event":
      return batch.items.findIndex(({ id }) => isTaken(id, HashMap.has(journal.eventIds, id)))
    case "key":
      return batch.items.findIndex(({ key }) => isTaken(key, HashMap.has(journal.keys, key)))
    case "discard":
      return batch.items.findIndex(({ projection, stream, version }) =>
        isTaken(
          JSON.stringify([projection, stream, version]),
          Generations.discardedOf(generations, projection).some((one) =>
            one.stream === stream && one.version === version
          )
        )
      )
    case "consumer":
      return batch.items.findIndex(({ consumer }) =>
        isTaken(consumer, Generations.list(generations, consumer).length > 0)
      )
  }
}

const written = (filling: Filling, batch: ImportBatch, now: DateTime.Utc): Filling => {
  const { generations, journal } = filling
  switch (batch.kind) {
    case "event":
      return { ...filling, journal: JournalCopy.addEvents(journal, batch.items, filling.commits) }
    case "key":
      return { ...filling, journal: batch.items.reduce(JournalCopy.addKey, journal) }
    case "discard":
      return {
        ...filling,
        generations: batch.items.reduce(
          (all, { projection, ...discard }) =>
            Generations.discard(all, projection, [{ ...discard, position: positionOf(journal, discard) }]),
          generations
        )
      }
    case "consumer":
      return {
        ...filling,
        generations: batch.items.reduce((all, consumer) => addConsumer(all, journal, consumer, now), generations)
      }
  }
}

const positionOf = (journal: Journal.Journal, place: EventPlace | undefined): Position.Position =>
  place === undefined
    ? Position.start
    // Checked: it is stored.
    : Result.getOrThrow(
      Journal.readStream(journal, place.stream, { after: StreamVersion(place.version - 1), limit: 1 })
    )[0]!.position

const addConsumer = (
  all: Generations.Generations,
  journal: Journal.Journal,
  { addition, after, consumer, definition, parked }: CopiedConsumer,
  now: DateTime.Utc
): Generations.Generations => {
  const [begun, { id }] = Generations.begin(all, { name: consumer, version: 1, definition, indexes: [] }, "Live", now)
  const added = addition === undefined ? begun : Generations.redefine(begun, { id, partition: 0 }, {
    addition: { definition: addition.definition, checkpoint: positionOf(journal, addition.after) }
  })
  const streams = parked.map((one) => ({ ...one, position: positionOf(journal, one) }))
  return Generations.restore(added, id, positionOf(journal, after), streams)
}
