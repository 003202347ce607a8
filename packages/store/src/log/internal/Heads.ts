/** For adapters: one watcher of the log's head, shared by everybody in the process who follows the log. */
import type { Position } from "@refold/core/event/Position"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ReadFailure } from "../EventReader.ts"

/** How a head is watched. */
export interface WatchOptions {
  readonly head: Effect.Effect<Position, ReadFailure>
  /** Says that the head may have moved; may be wrong, and may say nothing. */
  readonly wakeUps: Stream.Stream<unknown>
  /** How long a move that no wake-up told of may go unseen. */
  readonly pollEvery: Duration.Input
}

/** The `heads` of a reader. Watches only while somebody follows, and goes on trying while the store cannot be reached. */
export const watch = (
  { head, pollEvery, wakeUps }: WatchOptions
): Effect.Effect<Stream.Stream<Position>, never, Scope.Scope> =>
  Stream.tick(pollEvery).pipe(
    Stream.merge(wakeUps),
    // While one look is under way, any number of wake-ups are one.
    Stream.buffer({ capacity: 1, strategy: "sliding" }),
    Stream.mapEffect(() =>
      Effect.result(Effect.tapError(head, (error) => Effect.logDebug("the head is unknown", error)))
    ),
    Stream.filterMap((looked) => looked),
    Stream.changes,
    Stream.share({ capacity: 1, strategy: "sliding", replay: 1 })
  )
