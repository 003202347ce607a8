/** Appends events without a command: bookings of other systems of the bank, such as interest. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { EventIds } from "refold/EventIds"
import { EventStore } from "refold/EventStore"
import type * as ExpectedVersion from "refold/ExpectedVersion"
import type { NewEvent } from "refold/NewEvent"
import type { StreamName } from "refold/StreamName"
import * as Account from "../../Account.ts"

/** Appends account events that occurred now. */
export const appendEvents = Effect.fnUntraced(function*(
  stream: StreamName,
  events: NonEmptyReadonlyArray<Account.Event>,
  expected?: ExpectedVersion.ExpectedVersion
) {
  const store = yield* EventStore
  const newId = yield* EventIds
  const occurredAt = yield* DateTime.now
  const stamped: Array<NewEvent> = []
  for (const event of events) {
    const encoded = yield* Effect.fromResult(Account.codec.encode(event))
    stamped.push({ ...encoded, id: yield* newId, metadata: {}, occurredAt })
  }
  // Sound: `stamped` has one element for each of `events`, which is not empty.
  return yield* store.append(stream, stamped as unknown as NonEmptyReadonlyArray<NewEvent>, { expected })
})
