/** Names the event at which a read fails permanently. */
import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { EventStoreError, UnreadableEvent } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import * as EventRow from "./EventRow.ts"

type NameRow = Pick<EventRow.EventRow, "stream" | "version" | "position" | "event_id" | "type">

/**
 * Fails with the failure of a read of one event, and names the event: a second query reads its name without its data. `select`
 * selects columns of the event.
 */
export const fail = Effect.fnUntraced(function*(
  database: Database,
  failure: EventStoreError,
  select: (columns: Statement.Fragment) => Statement.Fragment
): Effect.fn.Return<never, EventStoreError> {
  const { sql } = database
  const statement = sql<NameRow>`${select(sql.literal(`stream, version, "position", event_id, type`))}`
  // In a transaction this fails, because its connection is closed by now.
  const [row] = yield* Effect.mapError(query(database, failure.operation, statement), () => failure)
  const { cause, operation } = failure
  return yield* row === undefined
    ? failure
    : named(operation, row, cause instanceof Error ? cause.message : String(cause))
})

/** The event of a row, or the failure of an operation on a row that cannot be decoded. */
export const eventOf = (operation: string, row: EventRow.EventRow): Result.Result<RecordedEvent, EventStoreError> =>
  Result.mapError(EventRow.decode(row), (reason) => named(operation, row, reason))

/** The failure of an operation on a row that cannot be decoded. */
const named = (
  operation: string,
  { event_id, position, stream, type, version }: NameRow,
  reason: string
): EventStoreError =>
  new EventStoreError({
    operation,
    isPermanent: true,
    cause: new UnreadableEvent({
      // The values were checked before they were stored.
      stream: stream as StreamName,
      version: StreamVersion(Number(version)),
      id: event_id as EventId,
      position: Position(Number(position)),
      type,
      reason
    })
  })
