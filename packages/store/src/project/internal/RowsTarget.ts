/**
 * The rows of a projection as a target of the projector. A batch ends with the event before the one with which it would
 * change too many rows; an event that changes too many by itself is folded and written in parts.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { columnsOf } from "@refold/core/internal/project/ProjectionColumns"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type { Projection } from "@refold/core/project/Projection"
import { foldBatch, type Folded, prepare, type Prepared } from "@refold/core/project/ProjectionFold"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { Batch, RowChanges } from "../ReadModelStore.ts"
import type { Outcome, ProjectionTarget } from "./ProjectionTarget.ts"

/** The target that folds events into rows of the projection. */
export const make = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>
): ProjectionTarget => {
  const { categories, definition, events, indexes, isInline, isKeyedByStream, name, types, version } = projection
  return {
    name,
    version,
    definition,
    indexes,
    types,
    columns: columnsOf(projection),
    categories,
    checkVersion: events.checkVersion,
    isKeyedByStream,
    partitionedBy: isKeyedByStream ? "stream" : undefined,
    fold: Effect.fnUntraced(function*(batch, recorded, waiting, { batchRows }) {
      const { fromWire } = yield* WireTransform
      const { covered, keys, prepared } = take(projection, yield* fromWire(recorded), waiting, batchRows)
      const [first] = prepared
      if (keys.size > batchRows && first !== undefined && Result.isSuccess(first)) {
        return { ...yield* foldInParts(projection, batch, first.success, batchRows), covered }
      }
      const folded = yield* foldRows(projection, batch, [...keys], prepared)
      return { ...changesOf(folded, isInline), poisoned: folded.poisoned, folded: folded.folded, covered }
    })
  }
}

type Attempted<Event> = Result.Result<Prepared<Event>, PoisonedEvent>

interface Taken<Event> {
  readonly prepared: ReadonlyArray<Attempted<Event>>
  readonly keys: ReadonlySet<string>
  readonly covered: number
}

// The first events that change at most the maximum number of rows together, at least one; without those that wait.
const take = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  events: ReadonlyArray<RecordedEvent>,
  waiting: ReadonlySet<StreamName>,
  batchRows: number
): Taken<Event> => {
  const keys = new Set<string>()
  const prepared: Array<Attempted<Event>> = []
  for (let covered = 0; covered < events.length; covered++) {
    const event = events[covered]!
    if (waiting.has(event.stream)) continue
    const next = prepare(projection, event)
    const own = Result.isSuccess(next) ? next.success.keys : []
    // Counted only if they may be too many.
    const isFull = keys.size + own.length > batchRows && keys.size + addedBy(own, keys) > batchRows
    if (isFull && prepared.length > 0) return { prepared, keys, covered }
    for (const key of own) keys.add(key)
    prepared.push(next)
  }
  return { prepared, keys, covered: events.length }
}

const addedBy = (own: ReadonlyArray<string>, keys: ReadonlySet<string>): number =>
  own.reduce((added, key) => keys.has(key) ? added : added + 1, 0)

const foldRows = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  batch: Batch,
  keys: ReadonlyArray<string>,
  prepared: ReadonlyArray<Attempted<Event>>
): Effect.Effect<Folded, EventStoreError> =>
  Effect.map(
    batch.rows(keys),
    (stored) => foldBatch(projection, new Map(stored.map((row) => [row.key, row])), prepared)
  )

// All parts or none: a part that cannot be folded undoes the parts before it.
const foldInParts = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  batch: Batch,
  event: Prepared<Event>,
  batchRows: number
): Effect.Effect<Outcome, EventStoreError> => {
  const none = { rows: [], removed: [], keepsNewer: projection.isInline }
  const parts = Effect.forEach(split(event, batchRows), (part) =>
    Effect.gen(function*() {
      const folded = yield* foldRows(projection, batch, part.keys, [Result.succeed(part)])
      yield* folded.poisoned[0] ?? batch.writeRows(changesOf(folded, projection.isInline))
    }), { discard: true })
  return batch.undoOnFailure(parts).pipe(
    Effect.as({ ...none, poisoned: [], folded: 1 }),
    Effect.catchTag("PoisonedEvent", (poisoned) => Effect.succeed({ ...none, poisoned: [poisoned], folded: 0 }))
  )
}

// By its rows. Each part has all domain events of the stored event, with those of their keys that are in the part.
const split = <Event>(event: Prepared<Event>, batchRows: number): ReadonlyArray<Prepared<Event>> => {
  const chunks = Arr.chunksOf(event.keys, batchRows)
  const [only, ...others] = event.parts
  if (only === undefined) return chunks.map((keys) => ({ ...event, keys }))
  if (others.length === 0) return chunks.map((keys) => ({ ...event, keys, parts: [{ ...only, keys }] }))
  const chunkOf = new Map(chunks.flatMap((keys, index) => keys.map((key) => [key, index] as const)))
  const keysOf = event.parts.map(({ keys }) => Arr.groupBy(keys, (key) => String(chunkOf.get(key))))
  return chunks.map((keys, index) => ({
    ...event,
    keys,
    parts: event.parts.map((part, n) => ({ ...part, keys: keysOf[n]![index] ?? [] }))
  }))
}

const changesOf = ({ changed }: Folded, keepsNewer: boolean): RowChanges => ({
  rows: [...changed.values()].filter((row) => row !== undefined),
  removed: [...changed].flatMap(([key, row]) => row === undefined ? [key] : []),
  keepsNewer
})
