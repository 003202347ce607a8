/** Names the event at which a read fails for good, by a query that leaves out its data. */
import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { EventStoreError, UnreadableEvent } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import type { EventRow } from "./EventRow.ts"

type NameRow = Pick<EventRow, "stream" | "version" | "position" | "event_id">

/** Fails with the failure of a read of one event, which then names the event. `select` selects columns of the event. */
export const fail = Effect.fnUntraced(function*(
  database: Database,
  failure: EventStoreError,
  select: (columns: Statement.Fragment) => Statement.Fragment
): Effect.fn.Return<never, EventStoreError> {
  const { sql } = database
  const statement = sql<NameRow>`${select(sql.literal(`stream, version, "position", event_id`))}`
  // In a transaction its connection is closed now.
  const [row] = yield* Effect.mapError(query(database, failure.operation, statement), () => failure)
  return yield* row === undefined ? failure : named(row, failure)
})

const named = ({ event_id, position, stream, version }: NameRow, { cause, operation }: EventStoreError) =>
  new EventStoreError({
    operation,
    isPermanent: true,
    cause: new UnreadableEvent({
      // What was stored was checked.
      stream: stream as StreamName,
      version: StreamVersion(Number(version)),
      id: event_id as EventId,
      position: Position(Number(position)),
      reason: cause instanceof Error ? cause.message : String(cause)
    })
  })
