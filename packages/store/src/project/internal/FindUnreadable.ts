/** Names the event that a batch could not read. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { type EventStoreError, UnreadableEvent } from "../../log/EventStoreError.ts"
import { ReadModelStore } from "../ReadModelStore.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/**
 * The event at which a batch of a generation failed; fails with the batch's error if it has another reason. The read may
 * have closed the connection of the batch's transaction before the event was named: then the events are read again outside
 * of it.
 */
export const findUnreadable = Effect.fnUntraced(function*(
  { categories, columns, name, types }: Pick<ProjectionTarget, "name" | "categories" | "columns" | "types">,
  generation: number,
  error: EventStoreError
): Effect.fn.Return<UnreadableEvent, ReadFailure, EventReader | ReadModelStore> {
  if (error.cause instanceof UnreadableEvent) return error.cause
  if (error.isPermanent !== true) return yield* error
  const generations = yield* (yield* ReadModelStore).generations(name)
  const after = generations.find(({ id }) => id === generation)?.checkpoint
  const events = (yield* EventReader).readAll({ after, types, categories, columns })
  const read = yield* Effect.result(Stream.runDrain(events))
  const named = Result.isFailure(read) && read.failure._tag === "EventStoreError" ? read.failure.cause : undefined
  return named instanceof UnreadableEvent ? named : yield* error
})
