/** Names the event that a batch could not read. */
import * as AsOf from "@refold/core/journal/AsOf"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { type EventStoreError, PermissionDenied, UnreadableEvent, UnreadableValue } from "../../log/EventStoreError.ts"
import { isIdentity, WireTransform } from "../../log/WireTransform.ts"
import { type Partition, ReadModelStore } from "../ReadModelStore.ts"
import { addition } from "./AddTypes.ts"
import type { Claim } from "./BatchOptions.ts"
import * as GenerationChoice from "./GenerationChoice.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { readFilter } from "./ReadBatch.ts"

/**
 * The event at which a batch of a generation failed; fails with the batch's error if it has another reason. The read may
 * have closed the connection of the batch's transaction before the event was named: then the events are read again outside
 * of it.
 */
export const findUnreadable = Effect.fnUntraced(function*(
  target: Read & Pick<ProjectionTarget, "columns">,
  id: number,
  { partition: claimed }: Claim,
  error: EventStoreError
): Effect.fn.Return<UnreadableEvent, ReadFailure, EventReader | ReadModelStore> {
  const { cause } = error
  if (cause instanceof UnreadableEvent) return cause
  if (error.isPermanent !== true || cause instanceof PermissionDenied || cause instanceof UnreadableValue) {
    return yield* error
  }
  const partition = (yield* (yield* ReadModelStore).partitions(id)).find((one) => one.partition === claimed)
  if (partition?.generation.projection !== target.name) return yield* error
  const columns = isIdentity(yield* WireTransform) ? target.columns : undefined
  const events = (yield* EventReader).readAll({ ...readOf(target, partition), columns })
  const read = yield* Effect.result(Stream.runDrain(events))
  const named = Result.isFailure(read) && read.failure._tag === "EventStoreError" ? read.failure.cause : undefined
  return named instanceof UnreadableEvent ? named : yield* error
})

type Read = Pick<
  ProjectionTarget,
  "categories" | "definition" | "name" | "partitionedBy" | "startAfter" | "types" | "version"
>

// As the batch read: those of an addition of event types come before the checkpoint.
const readOf = (target: Read, place: Partition) => {
  const { categories, types } = target
  const { generation } = place
  const partition = readFilter(target, place)
  if (!GenerationChoice.isAddition(target, generation)) {
    return { after: generation.checkpoint, types, categories, partition }
  }
  const { bound, ...added } = addition(target, generation)
  return { ...added, asOf: AsOf.position(bound), partition }
}
