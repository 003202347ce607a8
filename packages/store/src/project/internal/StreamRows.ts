/** Folds the rows of a projection that is keyed by stream from their streams. */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import { columnsOf } from "@refold/core/internal/project/ProjectionColumns"
import type { AsOf } from "@refold/core/journal/AsOf"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type { Projection } from "@refold/core/project/Projection"
import { foldBatch, prepare, reads, type StoredRow } from "@refold/core/project/ProjectionFold"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { isIdentity, WireTransform } from "../../log/WireTransform.ts"
import { ReadModelStore } from "../ReadModelStore.ts"

/** The errors of folding a stream. */
export type FoldFailure = ReadFailure | PoisonedEvent | NewerSchemaVersion

/**
 * Folds rows that lack events of their streams to the ends of the streams, and returns these rows only. With
 * `stopsAtPoison` a row ends before an event that cannot be folded; otherwise it fails.
 */
export const catchUp = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  keys: ReadonlyArray<string>,
  known: ReadonlyMap<string, StoredRow>,
  { stopsAtPoison }: Pick<FoldOptions, "stopsAtPoison">
): Effect.fn.Return<ReadonlyArray<StoredRow>, FoldFailure, EventReader | ReadModelStore> {
  // A key that is not a stream name has no events.
  const streams = keys.flatMap((key) =>
    Result.match(StreamName.parse(key), { onSuccess: (name) => [name], onFailure: () => [] })
  )
  if (streams.length === 0) return []
  const versions = yield* (yield* EventReader).streamVersions(streams)
  const behind = streams.filter((stream, index) => versions[index]! > (known.get(stream)?.version ?? 0))
  const folded = yield* Effect.forEach(behind, (stream) => {
    const from = known.get(stream)
    return fold(projection, stream, { from, stopsAtPoison })
  })
  return folded.flatMap((row, index) => row === undefined || row === known.get(behind[index]!) ? [] : [row])
})

/** The start and the end of the fold of a stream. */
export interface FoldOptions {
  /** The row to start from; by default the fold starts at the first event. */
  readonly from?: StoredRow | undefined
  /** Only events at or before this point. */
  readonly asOf?: AsOf | undefined
  /** Whether to return the row as of the event before one that cannot be folded, instead of failing; false by default. */
  readonly stopsAtPoison?: boolean | undefined
}

/** The row of a stream; undefined if the stream has no events, or the last one removed the row. */
export const fold = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  stream: StreamName.StreamName,
  { asOf, from, stopsAtPoison = false }: FoldOptions = {}
): Effect.fn.Return<StoredRow | undefined, FoldFailure, EventReader | ReadModelStore> {
  const reader = yield* EventReader
  const wire = yield* WireTransform
  const columns = isIdentity(wire) ? columnsOf(projection) : undefined
  const discards = yield* (yield* ReadModelStore).listDiscarded(projection.name)
  const discarded = new Set(discards.map(({ position }) => position))
  let row = from
  let isPoisoned = false
  yield* reader.readStream(stream, { after: from?.version, asOf, types: projection.types, columns }).pipe(
    Stream.takeWhile(() => !isPoisoned),
    Stream.runForEachArray(Effect.fnUntraced(function*(events) {
      const counted = events.filter((event) => reads(projection, event) && !discarded.has(event.position))
      const newer = counted.map(projection.events.checkVersion).find(Result.isFailure)
      if (newer !== undefined && !stopsAtPoison) return yield* newer.failure
      const batch = (yield* wire.fromWire(counted)).map((event) => prepare(projection, event))
      const { changed, poisoned } = foldBatch(projection, new Map(row === undefined ? [] : [[stream, row]]), batch)
      if (poisoned[0] !== undefined && !stopsAtPoison) return yield* poisoned[0]
      isPoisoned = poisoned.length > 0
      if (changed.has(stream)) row = changed.get(stream)
    }))
  )
  return row
})
