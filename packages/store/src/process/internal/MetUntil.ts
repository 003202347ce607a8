/**
 * How far a process has met what was recorded: a timeout must not fire before the events are met that came in time, or that
 * the instance's own commands led to, however late the process is.
 */
import type { Position } from "@refold/core/event/Position"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { ReadModelStore } from "../../project/ReadModelStore.ts"

/** How far. */
export interface Met {
  /** Everything that was recorded until then. */
  readonly until: DateTime.Utc
  /** Everything up to this position. */
  readonly position: number
}

/** Asked for again and again; the time never goes back, and stands still while the observer is behind. */
export const make = (
  observer: { readonly name: string }
): Effect.Effect<Met, ReadFailure, EventReader | ReadModelStore> => {
  let until = DateTime.makeUnsafe(0)
  // A head that is still to be reached, and when it was the head.
  let next: { readonly head: Position; readonly at: DateTime.Utc } | undefined
  return Effect.gen(function*() {
    const at = yield* DateTime.now
    const head = yield* (yield* EventReader).head
    const position = yield* checkpointOf(observer)
    if (next !== undefined && position >= next.head) {
      until = DateTime.max(until, next.at)
      next = undefined
    }
    if (position >= head) until = DateTime.max(until, at)
    else next ??= { head, at }
    return { until, position }
  })
}

const checkpointOf = Effect.fnUntraced(function*({ name }: { readonly name: string }) {
  const store = yield* ReadModelStore
  return yield* Effect.map(store.live(name), ({ checkpoint }) => checkpoint).pipe(
    // Nothing was met yet.
    Effect.catchTag(["UnknownProjection", "ProjectionNotReady"], () => Effect.succeed(-1))
  )
})
