/** For adapters: watches the head of the log once for all subscribers of a program. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ReadFailure } from "../EventReader.ts"
import type { EventStoreError } from "../EventStoreError.ts"
import { isSame, type LogHead } from "../LogHead.ts"
import * as Polling from "./Polling.ts"

/** The options of watching the head. */
export interface WatchOptions {
  readonly head: Effect.Effect<LogHead, ReadFailure>
  /** Emits when the head may have moved. May emit too often or never. */
  readonly wakeUps: Stream.Stream<unknown>
  /** The interval of reading the head without a wake-up. */
  readonly pollEvery: Duration.Input
}

/**
 * The `logHeads` of a reader. Reads the head only while there are subscribers, and retries while it cannot be read; fails where
 * that is permanent.
 */
export const watch = (
  { head, pollEvery, wakeUps }: WatchOptions
): Effect.Effect<Stream.Stream<LogHead, EventStoreError>, never, Scope.Scope> =>
  Stream.tick(pollEvery).pipe(
    Stream.merge(wakeUps),
    // Wake-ups during a read of the head are merged into one.
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.mapEffect(() => Effect.flatMap(Effect.result(Polling.untraced(head)), failIfPermanent)),
    Stream.filterMap((result) => result),
    Stream.changesWith(isSame),
    Stream.share({ capacity: 1, strategy: "sliding", replay: 1 })
  )

const failIfPermanent = (
  answer: Result.Result<LogHead, ReadFailure>
): Effect.Effect<Result.Result<LogHead, ReadFailure>, EventStoreError> => {
  if (Result.isSuccess(answer)) return Effect.succeed(answer)
  const error = answer.failure
  return error._tag === "EventStoreError" && error.isPermanent === true
    ? Effect.fail(error)
    : Effect.as(Effect.logDebug("the head could not be read", error), answer)
}
