/** Reads of a stream, and of the global log up to the head. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type { ReadFailure } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { given } from "../../schema/internal/Query.ts"
import type { Head } from "./Head.ts"
import * as Pages from "./Pages.ts"

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
    return Pages.read(database, options, "version", ({ after, limit }, columns) =>
      sql`
        SELECT ${columns} FROM ${object("event_store")}
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
      return Pages.read(database, options, "position", ({ after, limit }, columns) =>
        sql`
          SELECT * FROM (
            SELECT ${columns} FROM ${object("event_store")}
            WHERE "position" > ${after}::bigint${conditions}
            ORDER BY "position" LIMIT ${limit}::bigint
          ) AS page WHERE "position" <= ${head}::bigint ORDER BY "position"`)
    })))

const whenChecked = (
  checked: Result.Result<unknown, InvalidInput>,
  read: () => Stream.Stream<RecordedEvent, ReadFailure>
): Stream.Stream<RecordedEvent, ReadFailure> => Stream.unwrap(Effect.map(Effect.fromResult(checked), read))

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
