/** Reads events in keyset pages, none of which holds a connection; the global log only up to the head. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type { ReadFailure } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { given, query } from "../../schema/internal/Query.ts"
import * as EventRow from "./EventRow.ts"
import type { Head } from "./Head.ts"

const pageSize = 1000

/** The events of a stream, page by page, by the index on (stream, version). */
export const readStream = (
  database: Database,
  stream: StreamName.StreamName,
  options: ReadOptions.ReadStreamOptions = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  whenChecked(Result.andThen(StreamName.parse(stream), ReadOptions.check(options)), () => {
    const { object, sql } = database
    const { asOf } = options
    const conditions = andAll(database, [
      ...given(asOf?._tag === "Version" ? asOf.version : undefined, (version) => sql`version <= ${version}::bigint`),
      ...filters(database, options)
    ])
    return pages(database, options, "version", ({ after, limit }) =>
      sql<EventRow.EventRow>`
        SELECT ${sql.literal(EventRow.columns)} FROM ${object("event_store")}
        WHERE stream = ${stream}::text AND version > ${after}::bigint${conditions}
        ORDER BY version LIMIT ${limit}::bigint`)
  })

/** The events of the global log, page by page, up to the head at the start of the read. */
export const readAll = (
  database: Database,
  head: Head,
  options: ReadOptions.ReadAllOptions = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  whenChecked(ReadOptions.check(options), () =>
    Stream.unwrap(Effect.map(head.asOf(options.asOf), (head) => {
      const { object, sql } = database
      const conditions = andAll(database, [
        ...filters(database, options),
        ...given(options.categories, (names) => sql`split_part(stream, '-', 1) = ANY (${names}::text[])`)
      ])
      // By the primary key. The head is compared outside, so that the page inside has one open end: between two ends
      // PostgreSQL expects few rows until the table is first analysed, and then collects and sorts all of them.
      return pages(database, options, "position", ({ after, limit }) =>
        sql<EventRow.EventRow>`
          SELECT * FROM (
            SELECT ${sql.literal(EventRow.columns)} FROM ${object("event_store")}
            WHERE "position" > ${after}::bigint${conditions}
            ORDER BY "position" LIMIT ${limit}::bigint
          ) AS page WHERE "position" <= ${head}::bigint ORDER BY "position"`)
    })))

const whenChecked = (
  checked: Result.Result<unknown, InvalidInput>,
  read: () => Stream.Stream<RecordedEvent, ReadFailure>
): Stream.Stream<RecordedEvent, ReadFailure> => Stream.unwrap(Effect.map(Effect.fromResult(checked), read))

interface Page {
  readonly after: number
  readonly limit: number
}

const pages = (
  database: Database,
  { after: start = 0, limit = Infinity }: { readonly after?: number | undefined; readonly limit?: number | undefined },
  key: "version" | "position",
  read: (page: Page) => Statement.Statement<EventRow.EventRow>
): Stream.Stream<RecordedEvent, ReadFailure> =>
  Stream.paginate({ after: start, left: limit }, ({ after, left }) => {
    const size = Math.min(left, pageSize)
    return Effect.map(query(database, "read", read({ after, limit: size })), (rows) => {
      const last = rows.at(-1)
      const isLast = last === undefined || rows.length < size || rows.length === left
      const next = isLast ? Option.none() : Option.some({ after: Number(last[key]), left: left - rows.length })
      return [rows.map(EventRow.decode), next] as const
    })
  })

const andAll = ({ sql }: Database, conditions: ReadonlyArray<Statement.Fragment>): Statement.Fragment =>
  conditions.length === 0 ? sql.literal("") : sql` AND ${sql.and(conditions)}`

const filters = (
  { sql }: Database,
  { asOf, occurredAt, recordedAt, types }: ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions
): ReadonlyArray<Statement.Fragment> => [
  ...given(asOf?._tag === "Position" ? asOf.position : undefined, (last) => sql`"position" <= ${last}::bigint`),
  ...given(
    asOf?._tag === "RecordedAt" ? asOf.instant : undefined,
    (last) => sql`recorded_at <= ${DateTime.toDateUtc(last)}::timestamptz`
  ),
  ...given(
    asOf?._tag === "OccurredAt" ? asOf.instant : undefined,
    (last) => sql`occurred_at <= ${DateTime.toDateUtc(last)}::timestamptz`
  ),
  ...given(recordedAt?.from, (from) => sql`recorded_at >= ${DateTime.toDateUtc(from)}::timestamptz`),
  ...given(recordedAt?.to, (to) => sql`recorded_at < ${DateTime.toDateUtc(to)}::timestamptz`),
  ...given(occurredAt?.from, (from) => sql`occurred_at >= ${DateTime.toDateUtc(from)}::timestamptz`),
  ...given(occurredAt?.to, (to) => sql`occurred_at < ${DateTime.toDateUtc(to)}::timestamptz`),
  ...given(types, (names) => sql`type = ANY (${names}::text[])`)
]
