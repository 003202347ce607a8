/** Makes decided events ready to be stored: adds ids, times and metadata, and runs the wire transform. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Metadata, NewEvent } from "@refold/core/event/NewEvent"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { EventIds } from "../../log/EventIds.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"

/** The fields that all events of one decision share. */
export interface Stamp {
  readonly metadata: Metadata
  readonly occurredAt: DateTime.Utc
}

/** The events to store. There must be at least one. */
export const stamp = Effect.fnUntraced(function*(
  encoded: ReadonlyArray<EncodedEvent>,
  shared: Stamp
): Effect.fn.Return<NonEmptyReadonlyArray<NewEvent>, EventStoreError> {
  const newId = yield* EventIds
  const stamped: Array<NewEvent> = []
  for (const event of encoded) stamped.push({ ...event, id: yield* newId, ...shared })
  // The list has as many events as `encoded`, which is not empty.
  return yield* (yield* WireTransform).toWire(stamped as unknown as NonEmptyReadonlyArray<NewEvent>)
})
