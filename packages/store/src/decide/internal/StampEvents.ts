/** Makes decided events ready to be stored: adds ids, times and metadata, and runs the wire transform. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Metadata, NewEvent } from "@refold/core/event/NewEvent"
import { toUtc } from "@refold/core/internal/event/Times"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { Causation } from "../../log/Causation.ts"
import { EventIds } from "../../log/EventIds.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"

/** The fields that all events of one decision share. */
export interface Stamp {
  readonly metadata: Metadata
  readonly occurredAt: DateTime.Utc
}

/** The fields that the events of a command share: the metadata of its cause and its own, and when it happened, by default now. */
export const shared = (
  { metadata, occurredAt }: {
    readonly metadata?: Metadata | undefined
    readonly occurredAt?: DateTime.Utc | Date | undefined
  }
): Effect.Effect<Stamp> =>
  Effect.gen(function*() {
    return {
      metadata: { ...yield* Causation, ...metadata },
      occurredAt: occurredAt === undefined ? yield* DateTime.now : toUtc(occurredAt)
    }
  })

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
