/** Rows of a projection keyed by stream, folded from where they are to the end of their streams. */
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import type { AsOf } from "@refold/core/journal/AsOf"
import type { Projection } from "@refold/core/project/Projection"
import { foldBatch, type PoisonedEvent, prepare, reads, type StoredRow } from "@refold/core/project/ProjectionFold"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import { ReadModelStore } from "../ReadModelStore.ts"

/** Every way in which folding a tail can fail. */
export type TailFailure = ReadFailure | PoisonedEvent

/**
 * Those of the rows with these keys that had not seen all events of their streams, folded to the end; before a poisoned
 * event, where `stopsAtPoison` is set.
 */
export const foldFurther = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  keys: ReadonlyArray<string>,
  known: ReadonlyMap<string, StoredRow>,
  { stopsAtPoison }: Pick<FoldOptions, "stopsAtPoison">
): Effect.fn.Return<ReadonlyArray<StoredRow>, TailFailure, EventReader | ReadModelStore> {
  // A key that names no stream has no events.
  const streams = keys.flatMap((key) =>
    Result.match(StreamName.parse(key), { onSuccess: (name) => [name], onFailure: () => [] })
  )
  if (streams.length === 0) return []
  const versions = yield* (yield* EventReader).streamVersions(streams)
  const behind = streams.filter((stream, index) => versions[index]! > (known.get(stream)?.version ?? 0))
  const folded = yield* Effect.forEach(behind, (stream) => {
    const from = known.get(stream)
    return foldStream(projection, stream, { from, stopsAtPoison })
  })
  return folded.flatMap((row, index) => row === undefined || row === known.get(behind[index]!) ? [] : [row])
})

/** How a stream is folded. */
export interface FoldOptions {
  /** The row to start from. */
  readonly from?: StoredRow | undefined
  readonly asOf?: AsOf | undefined
  /** Whether to give the row as it was before a poisoned event, instead of failing. */
  readonly stopsAtPoison?: boolean | undefined
}

/** A stream's row, folded further over the events that came after it, as far as they count as of then. */
export const foldStream = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  stream: StreamName.StreamName,
  { asOf, from, stopsAtPoison = false }: FoldOptions = {}
): Effect.fn.Return<StoredRow | undefined, TailFailure, EventReader | ReadModelStore> {
  const reader = yield* EventReader
  const { fromWire } = yield* WireTransform
  const facts = yield* (yield* ReadModelStore).listDiscarded(projection.name)
  const discarded = new Set(facts.map(({ position }) => position))
  let row = from
  let isPoisoned = false
  yield* reader.readStream(stream, { after: from?.version, asOf, types: projection.types }).pipe(
    Stream.takeWhile(() => !isPoisoned),
    Stream.runForEachArray(Effect.fnUntraced(function*(events) {
      const counted = events.filter((event) => reads(projection, event) && !discarded.has(event.position))
      const batch = (yield* fromWire(counted)).map((event) => prepare(projection, event))
      const { changed, poisoned } = foldBatch(projection, new Map(row === undefined ? [] : [[stream, row]]), batch)
      if (poisoned[0] !== undefined && !stopsAtPoison) return yield* poisoned[0]
      isPoisoned = poisoned.length > 0
      if (changed.has(stream)) row = changed.get(stream)
    }))
  )
  return row
})
