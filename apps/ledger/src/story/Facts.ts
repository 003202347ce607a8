/** Facts: events that are appended as they are, and decided by nobody. The bank's own books hold many. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import { EventIds } from "@refold/store/log/EventIds"
import { EventStore } from "@refold/store/log/EventStore"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Account from "../Account.ts"

/** Appends facts that happened just now. */
export const append = Effect.fnUntraced(function*(
  stream: StreamName,
  facts: NonEmptyReadonlyArray<Account.Event>,
  expected?: ExpectedVersion.ExpectedVersion
) {
  const store = yield* EventStore
  const newId = yield* EventIds
  const occurredAt = yield* DateTime.now
  const stamped: Array<NewEvent> = []
  for (const fact of facts) {
    const encoded = yield* Effect.fromResult(Account.codec.encode(fact))
    stamped.push({ ...encoded, id: yield* newId, metadata: {}, occurredAt })
  }
  // As many as there are facts.
  return yield* store.append(stream, stamped as unknown as NonEmptyReadonlyArray<NewEvent>, { expected })
})
