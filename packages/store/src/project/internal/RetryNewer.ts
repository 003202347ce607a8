/**
 * When newer code runs, retries the streams that an operator parked because the code was too old. If rows may depend on the order of
 * events of several streams, a retry would fold the events late: then the rows are rebuilt beside the live ones.
 */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { type NotOwned, type ParkedStream, ReadModelStore } from "../ReadModelStore.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"
import { retryParked } from "./RetryParked.ts"

/** Retries the streams that a generation has parked at an event that this code is not too old for. */
export const retryNewer = Effect.fnUntraced(function*<R>(
  target: ProjectionTarget<R>,
  generation: number
): Effect.fn.Return<void, NotOwned | ReadFailure, EventReader | ReadModelStore | R> {
  const store = yield* ReadModelStore
  const parked = (yield* store.listParked(generation)).filter(({ stage }) => stage === "Newer")
  const known = yield* Effect.filter(parked, (one) => isKnown(target, one))
  if (known.length === 0) return
  if (!target.isKeyedByStream) return void (yield* store.begin(target, "Building"))
  for (const { stream } of known) {
    // Another program has retried it, or a later event is newer than this code, too.
    yield* Effect.catchTag(
      retryParked(target, stream, () => Effect.void),
      ["NotParked", "NewerSchemaVersion"],
      () => Effect.void
    )
  }
})

const isKnown = Effect.fnUntraced(function*(
  { checkVersion }: Pick<ProjectionTarget, "checkVersion">,
  { stream, version }: ParkedStream
): Effect.fn.Return<boolean, ReadFailure, EventReader> {
  const reader = yield* EventReader
  const events = yield* Stream.runCollect(reader.readStream(stream, { after: StreamVersion(version - 1), limit: 1 }))
  return events.every((event) => Result.isSuccess(checkVersion(event)))
})
