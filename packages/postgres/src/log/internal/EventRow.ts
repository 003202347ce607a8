/** Rows of `event_store` as events. */
import type { Json } from "@refold/core/event/Json"
import type { Metadata } from "@refold/core/event/NewEvent"
import { Position } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

/** The columns of the table by the columns of an event. */
export const names = {
  stream: "stream",
  version: "version",
  position: `"position"`,
  id: "event_id",
  type: "type",
  schemaVersion: "schema_version",
  data: "data",
  metadata: "metadata",
  occurredAt: "occurred_at",
  recordedAt: "recorded_at"
} as const satisfies { readonly [column in Column]: string }

/** All columns that `decode` reads. */
export const columns = Object.values(names).join(", ")

/** The columns that an event is made of; those that were not selected are undefined. */
export interface EventRow {
  readonly stream: string
  readonly version: bigint | number
  readonly position: bigint | number
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
 * the table. What was checked is what it is branded as. The stream may be known without the row.
 */
export const decode = (row: EventRow, stream = row.stream): Result.Result<RecordedEvent, string> =>
  isTime(row.occurred_at) && isTime(row.recorded_at)
    ? Result.succeed(event(row, stream))
    : Result.fail("it has a time that a Date cannot hold")

// The driver gives the number Infinity for "infinity", and an invalid date for a year that a Date cannot hold.
const isTime = (time: Date | number | undefined): boolean =>
  time === undefined || (typeof time === "object" && !Number.isNaN(time.getTime()))

// One literal, which is fast to make: a column that was not selected is undefined, and not in the type that a reader gets.
const event = (row: Partial<EventRow>, stream: string): RecordedEvent => {
  const { occurred_at: occurredAt, position, recorded_at: recordedAt, version } = row
  return {
    stream,
    version: version === undefined ? undefined : StreamVersion(Number(version)),
    position: position === undefined ? undefined : Position(Number(position)),
    id: row.event_id,
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
    occurredAt: occurredAt === undefined ? undefined : DateTime.fromDateUnsafe(occurredAt),
    recordedAt: recordedAt === undefined ? undefined : DateTime.fromDateUnsafe(recordedAt)
  } as RecordedEvent
}
