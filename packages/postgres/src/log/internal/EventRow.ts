/** Rows of `event_store` as events. */
import type { EventId } from "@refold/core/event/EventId"
import type { Json } from "@refold/core/event/Json"
import type { Metadata } from "@refold/core/event/NewEvent"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

/** The columns that `decode` reads. */
export const columns =
  `stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at`

/** The columns that an event is made of. */
export interface EventRow {
  readonly stream: string
  readonly version: bigint
  readonly position: bigint
  readonly event_id: string
  readonly type: string
  readonly schema_version: number
  readonly data: Json
  readonly metadata: Metadata
  readonly occurred_at: Date
  readonly recorded_at: Date
}

/**
 * The event; a failure is the reason why the row is none. The table's check keeps out such rows, so its owner has changed
 * the table. What was checked is what it is branded as.
 */
export const decode = (row: EventRow): Result.Result<RecordedEvent, string> => {
  for (const [column, rule] of rules) {
    const problem = rule(row[column])
    if (problem !== undefined) return Result.fail(`its "${column}" ${problem}`)
  }
  return Result.succeed(event(row))
}

const optionalText: StoredValue.Rule = (value) => value === undefined ? undefined : StoredValue.text(value)

// Those that a reader relies on; the others are texts and JSON by the types of their columns.
const rules: ReadonlyArray<readonly [column: keyof EventRow, rule: StoredValue.Rule]> = [
  ["version", StoredValue.count],
  ["position", StoredValue.count],
  ["metadata", StoredValue.object({ correlationId: optionalText, causationId: optionalText, actor: optionalText })],
  ["occurred_at", StoredValue.instant],
  ["recorded_at", StoredValue.instant]
]

const event = (row: EventRow): RecordedEvent => ({
  stream: row.stream as StreamName,
  version: StreamVersion(Number(row.version)),
  position: Position(Number(row.position)),
  id: row.event_id as EventId,
  type: row.type,
  schemaVersion: row.schema_version,
  data: row.data,
  metadata: row.metadata,
  occurredAt: DateTime.fromDateUnsafe(row.occurred_at),
  recordedAt: DateTime.fromDateUnsafe(row.recorded_at)
})
