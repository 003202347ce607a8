/**
 * The in-process observers of the app. Each follows the log by itself, without a shared list of subscribers:
 * an observer affects neither the writers nor the other observers.
 */
import { Effect, Stream, SubscriptionRef } from "effect"
import { EventReader, Observer, type Position, type RecordedEvent } from "refold"

/** A function that is called with every event. */
export type Observe<E, R> = (event: RecordedEvent.RecordedEvent) => Effect.Effect<void, E, R>

/**
 * Calls each observer with every event from now on, until the scope closes. The result waits until all of them were
 * called with every stored event, those that they appended included.
 */
export const start = Effect.fnUntraced(function*<E, R>(observers: ReadonlyArray<Observe<E, R>>) {
  const reader = yield* EventReader.EventReader
  const from = yield* reader.head
  const cursors = yield* Effect.forEach(
    observers,
    Effect.fnUntraced(function*(observe) {
      const cursor = yield* SubscriptionRef.make(from)
      yield* Observer.observe((event) => Effect.ensuring(observe(event), SubscriptionRef.set(cursor, event.position)))
      return cursor
    })
  )
  const reached = (cursor: SubscriptionRef.SubscriptionRef<Position.Position>, position: Position.Position) =>
    Stream.runHead(Stream.filter(SubscriptionRef.changes(cursor), (at) => at >= position))
  const settle: Effect.Effect<void, EventReader.ReadFailure> = Effect.gen(function*() {
    const head = yield* reader.head
    yield* Effect.forEach(cursors, (cursor) => reached(cursor, head), { discard: true })
    if ((yield* reader.head) > head) yield* settle
  })
  return settle
})
