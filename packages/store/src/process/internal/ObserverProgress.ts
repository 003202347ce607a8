/**
 * How far the observer of a process has read the log. A timeout may fire only after all events were observed that were
 * recorded before it was due or that its instance's commands led to, however late the observer is.
 */
import type { Position } from "@refold/core/event/Position"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { ReadModelStore } from "../../project/ReadModelStore.ts"

/** How far the observer has come. */
export interface ObserverProgress {
  /** All events that were recorded until this time are observed. */
  readonly until: DateTime.Utc
  /** All events up to this position, inclusive, are observed; -1 before the first. */
  readonly position: number
}

/** An effect that reads the progress. `until` never decreases, and stays the same while the observer is behind. */
export const track = (
  observer: { readonly name: string }
): Effect.Effect<ObserverProgress, ReadFailure, EventReader | ReadModelStore> => {
  let until = DateTime.makeUnsafe(0)
  // A head that is not yet reached, and the time at which it was the head.
  let goal: { readonly head: Position; readonly at: DateTime.Utc } | undefined
  return Effect.gen(function*() {
    const at = yield* DateTime.now
    const head = yield* (yield* EventReader).head
    const position = yield* checkpointOf(observer)
    if (goal !== undefined && position >= goal.head) {
      until = DateTime.max(until, goal.at)
      goal = undefined
    }
    if (position >= head) until = DateTime.max(until, at)
    else goal ??= { head, at }
    return { until, position }
  })
}

const checkpointOf = Effect.fnUntraced(function*({ name }: { readonly name: string }) {
  const store = yield* ReadModelStore
  return yield* Effect.map(store.live(name), ({ checkpoint }) => checkpoint).pipe(
    Effect.catchTag(["UnknownProjection", "ProjectionNotReady"], () => Effect.succeed(-1))
  )
})
