/** The columns of a page of events, with the sizes by which the page ends. */
import { type Column, columns as allColumns } from "@refold/core/event/RecordedEvent"
import * as EventRow from "./EventRow.ts"

/** The maximum number of events in a page. */
export const maxEvents = 1000

/** A page ends with the event with which it has so many bytes of data and metadata. */
export const maxBytes = 8 * 1024 * 1024

/** The order of a read. */
export type Key = "version" | "position"

/** A row of a page. */
export type Row = EventRow.EventRow & { readonly size: number }

/** The columns to read of the events of one stream, whose name is known; all by default. */
export const ofStream = (columns: ReadonlyArray<Column> = allColumns): ReadonlyArray<Column> =>
  columns.filter((column) => column !== "stream")

/** The bytes of data and metadata in rows. */
export const bytesOf = (rows: ReadonlyArray<Row>): number => {
  let bytes = 0
  for (const { size } of rows) bytes += size
  return bytes
}

/**
 * The lists of columns of the two selects of a page: the inner one in the order of the key, the outer one of its rows whose
 * `bytes_before` are under the bound. The sizes are added up before any data is read: large data is stored apart from its row.
 * The driver reads a float8 faster than a bigint, and a version or position fits into it.
 */
export const make = (key: Key, columns: ReadonlyArray<Column>): { readonly inner: string; readonly outer: string } => {
  const names = [...new Set<Column>([key, ...columns])].map((column) => EventRow.names[column])
  const before = `sum(size) OVER (ORDER BY ${EventRow.names[key]} ROWS UNBOUNDED PRECEDING) - size AS bytes_before`
  return {
    inner: `${names.join(", ")}, size, ${before}`,
    outer: [...names.map((name) => isCount(name) ? `${name}::float8 AS ${name}` : name), "size"].join(", ")
  }
}

const isCount = (name: string): boolean => name === EventRow.names.version || name === EventRow.names.position
