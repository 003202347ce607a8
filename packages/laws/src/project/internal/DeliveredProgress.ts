/** The deliveries of a subscription with cursors: its events, and its progress. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Delivered } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

// For hangs only.
const timeout = "2 minutes"

/** The deliveries up to the progress that has caught up with the last event, or until the timeout. */
export const collect = Effect.fnUntraced(function*<E, R>(all: Stream.Stream<Delivered, E, R>) {
  const delivered: Array<Delivered> = []
  let isOver = false
  yield* all.pipe(
    Stream.takeUntil((one) => {
      isOver ||= one._tag === "Event" && one.event.data === "last"
      return isOver && one._tag === "Progress" && one.isCaughtUp
    }),
    Stream.runForEach((one) => Effect.sync(() => delivered.push(one))),
    Effect.timeoutOption(timeout)
  )
  return delivered
})

/** For each progress: the events delivered before it, and the events up to its position. */
export const atEach = (delivered: ReadonlyArray<Delivered>, log: ReadonlyArray<RecordedEvent>) => {
  const events: Array<RecordedEvent> = []
  return delivered.flatMap((one) => {
    if (one._tag === "Event") events.push(one.event)
    return one._tag === "Event"
      ? []
      : [{ delivered: [...events], covered: log.filter(({ position }) => position <= one.position) }]
  })
}
