/** Replay: the stored events again, from one of them on. */
import { Effect, Stream } from "effect"
import { EventId, EventReader } from "refold"

// #region replay-from
/**
 * The event with this id and all later ones that are stored now, in the order of the log. Fails with `EventNotFound` for
 * an unknown id, and with `InvalidInput` if the id is not a UUID.
 */
export const replayFrom = (eventId: string) =>
  Stream.unwrap(Effect.gen(function*() {
    const reader = yield* EventReader.EventReader
    const id = yield* Effect.fromResult(EventId.parse(eventId, "eventId"))
    const end = yield* reader.head
    // The library's replay continues with new events. This one ends.
    return Stream.takeUntil(reader.replayFrom(id), ({ position }) => position >= end)
  }))
// #endregion
