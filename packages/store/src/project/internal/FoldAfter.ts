/** Folds the events of a partition after a position, and stores its next checkpoint with them. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { EventReader, ReadFailure } from "../../log/EventReader.ts"
import type { Batch } from "../ReadModelStore.ts"
import type { BatchOptions, RetryBatch } from "./BatchOptions.ts"
import * as Checkpoint from "./Checkpoint.ts"
import { foldEvents } from "./FoldEvents.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { readBatch } from "./ReadBatch.ts"

/** The options of a batch, and the last position to read, as its transaction sees the log. */
export interface FoldOptions extends BatchOptions {
  readonly bound: Position
}

/** The progress of a fold. */
export type Folded = Pick<Checkpoint.Reached, "checkpoint" | "folded" | "newer" | "failed" | "parked">

/** Folds the next events. */
export const foldAfter = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  batch: Batch,
  after: Position,
  options: FoldOptions
): Effect.fn.Return<Folded, RetryBatch | ReadFailure, EventReader | R> {
  const started = yield* Clock.currentTimeMillis
  const { categories, columns, types } = target
  const read = yield* readBatch(target, batch, { ...options, types, categories, columns, after })
  const streams = new Set<StreamName>()
  for (const { stream } of read.events) streams.add(stream)
  if (read.unreadable !== undefined) streams.add(read.unreadable.stream)
  const waiting = new Set((yield* batch.parked([...streams])).map(({ stream }) => stream))
  const { checkpoint, newer, outcome, parked } = yield* foldEvents(target, batch, read, { ...options, after, waiting })
  if (checkpoint > after || newer?.position !== batch.generation.newer?.position) {
    yield* batch.save({
      ...outcome,
      parked,
      unparked: [],
      checkpoint,
      newer,
      rate: Checkpoint.rate(batch.generation.rate, outcome.folded, (yield* Clock.currentTimeMillis) - started)
    })
  }
  return { checkpoint, folded: outcome.folded, newer, failed: outcome.failed, parked }
})
