/**
 * Keyset pages of events. No connection is held between pages. A page ends after 1,000 events, or with the event that brings
 * its data and metadata to 8 MiB, so that reading takes a bounded amount of memory.
 */
import { type Column, columns as allColumns, type RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { ReadFailure } from "@refold/store/log/EventReader"
import { EventStoreError, PermissionDenied } from "@refold/store/log/EventStoreError"
import * as InstanceChanged from "@refold/store/log/InstanceChanged"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { query, repeat, type Rows } from "../../schema/internal/Query.ts"
import * as EventRow from "./EventRow.ts"
import type * as GroupReads from "./GroupReads.ts"
import * as UnreadableRow from "./UnreadableRow.ts"

/** The first `limit` events after a version or position; backwards, the last ones before it. */
interface Page {
  readonly after: number
  readonly limit: number
}

/** The statement that selects columns of the events of a page, in the order of its key, or in the reverse one. */
export type Select = (page: Page, columns: Statement.Fragment) => Statement.Fragment

type Key = EventRow.Key
type Row = EventRow.PageRow

/** Which events to read, and whether to continue when the instance of the log changes. */
export interface Options {
  readonly after?: number | undefined
  /** Reads backwards from before this version or position. */
  readonly before?: number | undefined
  readonly limit?: number | undefined
  /** The stream of the events if all are of one stream; the column is then not read. */
  readonly stream?: StreamName | undefined
  /** The columns to read beside the key; all by default. */
  readonly columns?: ReadonlyArray<Column> | undefined
  /** Reads the first page together with those of other reads; not in the caller's transaction. */
  readonly readFirst?: ReturnType<GroupReads.ReadFirst> | undefined
  /** Run with the last event that was read; the page is then selected again, unless it fails. */
  readonly onInstanceChanged?: (
    error: EventStoreError,
    last: EventRow.EventRow | undefined
  ) => Effect.Effect<void, ReadFailure>
}

/** Reads page by page. Fails with a permanent `EventStoreError` at an event that the client cannot read. */
export const read = (
  database: Database,
  {
    after = 0,
    before,
    columns = allColumns,
    limit = Infinity,
    onInstanceChanged = Effect.fail,
    readFirst,
    stream
  }: Options,
  key: Key,
  select: Select
): Stream.Stream<RecordedEvent, ReadFailure> => {
  const read = columns.filter((column) => column !== "stream" || stream === undefined)
  const statement = statementOf(database, { key, select, isBackwards: before !== undefined }, read)
  const start: From = { after: before ?? after, left: limit, most: EventRow.pageEvents, last: undefined, readFirst }
  return Stream.paginate(
    start,
    (from) =>
      Effect.catchIf(
        readPage(database, { key, select, statement, stream }, from),
        InstanceChanged.isCauseOf,
        (error) => Effect.as(onInstanceChanged(error, from.last), [[], Option.some(from)] as const)
      )
  )
}

interface From {
  readonly after: number
  /** The number of events that are still to be read. */
  readonly left: number
  /** The maximum number of events in the page. */
  readonly most: number
  /** The last event that was read. */
  readonly last: EventRow.EventRow | undefined
  /** Reads this page together with those of other reads. */
  readonly readFirst?: Options["readFirst"]
}

interface Source {
  readonly key: Key
  readonly select: Select
  readonly stream: StreamName | undefined
  readonly statement: (page: Page) => Statement.Statement<Row>
}

// Without `isLast`, the caller derives it from the rows.
const readRows = Effect.fnUntraced(function*(
  database: Database,
  { readFirst }: From,
  statement: Rows<Row>
): Effect.fn.Return<Pick<GroupReads.FirstPage, "rows"> & Partial<GroupReads.FirstPage>, EventStoreError> {
  const first = readFirst && (yield* repeat(database, "read", readFirst))
  return first ?? { rows: yield* query(database, "read", statement) }
})

const readPage = Effect.fnUntraced(function*(
  database: Database,
  { key, select, statement, stream }: Source,
  from: From
): Effect.fn.Return<readonly [ReadonlyArray<RecordedEvent>, Option.Option<From>], EventStoreError> {
  const { after, left, most } = from
  const page = { after, limit: Math.min(left, most) }
  const result = yield* Effect.result(readRows(database, from, Effect.suspend(() => statement(page))))
  if (Result.isFailure(result)) {
    const { cause, isPermanent } = result.failure
    if (isPermanent !== true || cause instanceof PermissionDenied) return yield* result.failure
    // Read again in smaller pages, so that the events before the unreadable one are delivered.
    if (page.limit > 1) return [[], Option.some({ after, left, last: from.last, most: Math.ceil(page.limit / 10) })]
    return yield* UnreadableRow.fail(database, result.failure, (columns) => select(page, columns))
  }
  const { rows } = result.success
  const last = rows.at(-1)
  const isLast = result.success.isLast ??
    (last === undefined || rows.length === left ||
      (rows.length < page.limit && EventRow.bytesOf(rows) < EventRow.pageBytes))
  const next = isLast
    ? Option.none()
    : Option.some(
      last === undefined
        ? { after, left, most, last }
        : { after: Number(last[key]), left: left - rows.length, most, last }
    )
  const decoded = decodeAll(rows, stream)
  if (decoded.unreadable === undefined) return [decoded.events, next]
  // The events before the unreadable one are delivered first; the next page begins with it.
  const before = rows[decoded.events.length - 1]
  if (before === undefined) {
    const failure = new EventStoreError({ operation: "read", isPermanent: true, cause: new Error(decoded.unreadable) })
    return yield* UnreadableRow.fail(database, failure, (columns) => select({ after, limit: 1 }, columns))
  }
  const read = { after: Number(before[key]), left: left - decoded.events.length, most, last: before }
  return [decoded.events, Option.some(read)]
})

interface Decoded {
  readonly events: ReadonlyArray<RecordedEvent>
  /** Why the row after these events cannot be decoded. */
  readonly unreadable?: string
}

const decodeAll = (rows: ReadonlyArray<Row>, stream: StreamName | undefined): Decoded => {
  const events: Array<RecordedEvent> = []
  for (const row of rows) {
    const event = EventRow.decode(row, stream)
    if (Result.isFailure(event)) return { events, unreadable: event.failure }
    events.push(event.success)
  }
  return { events }
}

const statementOf = (
  { sql }: Database,
  { isBackwards, key, select }: Pick<Source, "key" | "select"> & { readonly isBackwards: boolean },
  columns: ReadonlyArray<Column>
): Source["statement"] =>
(page) => {
  const { inner, order, outer } = EventRow.pageColumns(key, columns, isBackwards)
  return sql<Row>`
    SELECT ${sql.literal(outer)} FROM (${select(page, sql.literal(inner))}) AS page
    WHERE bytes_before < ${EventRow.pageBytes}::bigint ORDER BY ${sql.literal(`page.${order}`)}`
}
