/**
 * The progress of a process's observer in the log. A timeout may fire only after all events were observed that were
 * recorded before it was due or that its instance's commands led to, however late the observer is.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import type { LogHead } from "../../log/LogHead.ts"
import { type Generation, ReadModelStore, type RowsIdentity } from "../../project/ReadModelStore.ts"

/** The progress of the observer. */
export interface ObserverProgress {
  /** All events that were recorded until this time are observed. */
  readonly until: DateTime.Utc
  /** All events up to this position, inclusive, are observed; -1 before the first. */
  readonly position: number
  /** The instance of the log that it holds for. */
  readonly instance: string
}

/**
 * An effect that reads the progress. Within an instance of the log `until` never decreases, and stays the same while the
 * observer is behind. In another instance it begins again, because the checkpoint may have gone back.
 */
export const track = (
  observer: RowsIdentity
): Effect.Effect<ObserverProgress, ReadFailure, EventReader | ReadModelStore> => {
  let until = never
  // A head that is not yet reached, and the time at which it was the head.
  let goal: { readonly head: LogHead; readonly at: DateTime.Utc } | undefined
  let instance: string | undefined
  return Effect.gen(function*() {
    const at = yield* DateTime.now
    const head = yield* (yield* EventReader).logHead
    if (head.instance !== instance) {
      instance = head.instance
      until = never
      goal = undefined
    }
    const position = yield* checkpointOf(observer)
    if (goal !== undefined && position >= goal.head.position) {
      until = DateTime.max(until, goal.at)
      goal = undefined
    }
    if (position >= head.position) until = DateTime.max(until, at)
    else goal ??= { head, at }
    return { until, position, instance: head.instance }
  })
}

const never = DateTime.makeUnsafe(0)

// Until added event types are read, no event counts as observed.
const checkpointOf = Effect.fnUntraced(function*({ definition, name }: RowsIdentity) {
  const store = yield* ReadModelStore
  return yield* Effect.map(store.live(name), (live) => isComplete(live, definition) ? live.checkpoint : -1).pipe(
    Effect.catchTag(["UnknownProjection", "ProjectionNotReady"], () => Effect.succeed(-1))
  )
})

const isComplete = (live: Generation, definition: string): boolean =>
  live.definition === definition && live.addition === undefined
