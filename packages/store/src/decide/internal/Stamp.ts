/** Decided events on their way into a store: stamped with an id and a time, and made ready for the wire. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Metadata, NewEvent } from "@refold/core/event/NewEvent"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { EventIds } from "../../log/EventIds.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"

/** What all events of one decision share. */
export interface Shared {
  readonly metadata: Metadata
  readonly occurredAt: DateTime.Utc
}

/** The events as they are stored; there is at least one. */
export const stamp = Effect.fnUntraced(function*(
  encoded: ReadonlyArray<EncodedEvent>,
  shared: Shared
): Effect.fn.Return<NonEmptyReadonlyArray<NewEvent>, EventStoreError> {
  const newId = yield* EventIds
  const stamped: Array<NewEvent> = []
  for (const event of encoded) stamped.push({ ...event, id: yield* newId, ...shared })
  // One for each decided event, of which the caller saw at least one.
  return yield* (yield* WireTransform).toWire(stamped as unknown as NonEmptyReadonlyArray<NewEvent>)
})
