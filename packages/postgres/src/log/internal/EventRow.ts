/** Rows of `event_store` as events, and the columns of a page of them. */
import type { Json } from "@refold/core/event/Json"
import type { Metadata } from "@refold/core/event/NewEvent"
import { Position } from "@refold/core/event/Position"
import { type Column, columns as allColumns, type RecordedEvent } from "@refold/core/event/RecordedEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

/** The columns of the table by the columns of an event. */
const names = {
  stream: "stream",
  version: "version",
  position: `"position"`,
  // Stored as a difference to the position, which is read with it.
  commit: "commit_offset",
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

/** The columns of an event; those that were not selected are undefined. */
export interface EventRow {
  readonly stream: string
  readonly version: bigint | number
  readonly position: bigint | number
  readonly commit_offset: number
  readonly event_id: string
  readonly type: string
  readonly schema_version: number
  readonly data: Json
  readonly metadata: Metadata
  readonly occurred_at: Date
  readonly recorded_at: Date
}

/**
 * The event of a row. A failure is the rule that the row breaks; the table's checks refuse such rows, so the owner must have
 * changed the table. The branded types are sound for the values checked here. The stream may be known without the row.
 */
export const decode = (row: EventRow, stream = row.stream): Result.Result<RecordedEvent, string> => {
  const problem = problemOf(row)
  return problem === undefined ? Result.succeed(event(row, stream)) : Result.fail(problem)
}

// Checks the columns that a reader relies on; the others are texts and JSON by the types of their columns. Written out, because
// a loop over them for each event takes as long as making the event.
const problemOf = (row: EventRow): string | undefined =>
  broken("version", row.version, StoredValue.count) ??
    broken("position", row.position, StoredValue.count) ??
    broken("metadata", row.metadata, metadata) ??
    broken("occurred_at", row.occurred_at, StoredValue.instant) ??
    broken("recorded_at", row.recorded_at, StoredValue.instant)

const broken = (column: keyof EventRow, value: unknown, rule: StoredValue.Rule): string | undefined => {
  const problem = value === undefined ? undefined : rule(value)
  return problem === undefined ? undefined : `its "${column}" ${problem}`
}

const optionalText: StoredValue.Rule = (value) => value === undefined ? undefined : StoredValue.text(value)
const metadata = StoredValue.object({ correlationId: optionalText, causationId: optionalText, actor: optionalText })

// A single object literal is fastest. A column that was not selected is undefined, and not in the type that a reader gets.
const event = (row: Partial<EventRow>, stream: string): RecordedEvent => {
  const { commit_offset: offset, occurred_at: occurredAt, position, recorded_at: recordedAt, version } = row
  return {
    stream,
    version: version === undefined ? undefined : StreamVersion(Number(version)),
    position: position === undefined ? undefined : Position(Number(position)),
    commit: offset === undefined || position === undefined ? undefined : Position(Number(position) - offset),
    id: row.event_id,
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
    occurredAt: occurredAt === undefined ? undefined : DateTime.fromDateUnsafe(occurredAt),
    recordedAt: recordedAt === undefined ? undefined : DateTime.fromDateUnsafe(recordedAt)
  } as RecordedEvent
}

/** The maximum number of events in a page. */
export const pageEvents = 1000

/** A page ends with the event with which it reaches this number of bytes of data and metadata. */
export const pageBytes = 8 * 1024 * 1024

/** The order of a read. */
export type Key = "version" | "position"

/** A row of a page. */
export type PageRow = EventRow & { readonly size: number }

/** The columns to read of the events of one stream, whose name is known; all by default. */
export const columnsOfStream = (columns: ReadonlyArray<Column> = allColumns): ReadonlyArray<Column> =>
  columns.filter((column) => column !== "stream")

/** The bytes of data and metadata in rows. */
export const bytesOf = (rows: ReadonlyArray<PageRow>): number => {
  let bytes = 0
  for (const { size } of rows) bytes += size
  return bytes
}

/**
 * The lists of columns of the two selects of a page: the inner one in the order of the key, the outer one of its rows whose
 * `bytes_before` are under the bound. Adding up the sizes reads no data: large data is stored apart from its row.
 * The driver reads a float8 faster than a bigint, and a version or position fits into it.
 */
export const pageColumns = (
  key: Key,
  columns: ReadonlyArray<Column>,
  isBackwards = false
): { readonly inner: string; readonly outer: string; readonly order: string } => {
  const order = `${names[key]}${isBackwards ? " DESC" : ""}`
  const withPosition = columns.includes("commit") ? [key, "position" as const, ...columns] : [key, ...columns]
  const all = [...new Set<Column>(withPosition)].map((column) => names[column])
  return {
    inner: `${
      all.join(", ")
    }, size, sum(size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - size AS bytes_before`,
    outer: [...all.map((name) => isCount(name) ? `${name}::float8 AS ${name}` : name), "size"].join(", "),
    order
  }
}

const isCount = (name: string): boolean => name === names.version || name === names.position
