/** Checks past points: a version or a position beyond the last event is refused, not read as the last one. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../EventReader.ts"

/**
 * Waits until readers see all events up to a position. Fails with `InvalidInput` if the point is malformed, or if the
 * position is beyond the last event. Returns at once for other points.
 */
export const reached = Effect.fnUntraced(function*(point: AsOf.AsOf): Effect.fn.Return<void, ReadFailure, EventReader> {
  yield* Effect.fromResult(ReadOptions.check({ asOf: point }))
  if (point._tag !== "Position") return
  const reader = yield* EventReader
  const { head, last } = yield* reader.bound
  if (point.position > last) return yield* beyond("asOf.position", `the last event, at position ${last}`)
  if (point.position > head) yield* Stream.runHead(Stream.filter(reader.heads, (head) => head >= point.position))
})

/** Fails with `InvalidInput` if the point is a version above that of its stream. */
export const checkVersion = (
  point: AsOf.AsOf | undefined,
  version: StreamVersion
): Result.Result<void, InvalidInput> =>
  point?._tag === "Version" && point.version > version
    ? Result.fail(beyond("asOf.version", `the last event of the stream, at version ${version}`))
    : Result.void

const beyond = (field: string, what: string): InvalidInput =>
  new InvalidInput({ field, rule: `must not be beyond ${what}` })
