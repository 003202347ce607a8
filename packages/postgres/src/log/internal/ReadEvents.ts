/** Reads of a stream, and of the global log up to the head. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type { ReadFailure, ReadLogOptions } from "@refold/store/log/EventReader"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as InstanceChanged from "@refold/store/log/InstanceChanged"
import type { LogHead } from "@refold/store/log/LogHead"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { given, query } from "../../schema/internal/Query.ts"
import * as EventRow from "./EventRow.ts"
import type * as GroupReads from "./GroupReads.ts"
import type { ReadHead } from "./Head.ts"
import * as Pages from "./Pages.ts"

/** The events of a stream, page by page, by the index on (stream, version). */
export const readStream = (
  database: Database,
  readFirst: ReturnType<typeof GroupReads.make>,
  stream: StreamName.StreamName,
  options: ReadOptions.ReadStreamOptions & ReadOptions.Columns<Column> = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  whenChecked(Result.andThen(StreamName.parse(stream), ReadOptions.check(options)), () => {
    const { object, sql } = database
    const conditions = streamConditions(database, options)
    const first = isPlain(options)
      ? firstPage(database, readFirst(EventRow.columnsOfStream(options.columns)), stream, options.after)
      : undefined
    // An object with more options than its type may hold `before`, an option of backward reads.
    return Pages.read(
      database,
      { ...options, before: undefined, stream, readFirst: first },
      "version",
      ({ after, limit }, columns) =>
        sql`
        SELECT ${columns} FROM ${object("event_store")}
        WHERE stream = ${stream}::text AND version > ${after}::bigint${conditions}
        ORDER BY version LIMIT ${limit}::bigint`
    )
  })

// Reads in a group have no conditions. Every other option, also a future one, counts as a condition.
const isPlain = (options: ReadOptions.ReadStreamOptions & ReadOptions.Columns<Column>): boolean =>
  Object.entries(options).every(([name, option]) => option === undefined || name === "after" || name === "columns")

const firstPage = (
  { inTransaction }: Database,
  read: GroupReads.ReadFirst,
  stream: StreamName.StreamName,
  after = 0
): ReturnType<GroupReads.ReadFirst> =>
  Effect.flatMap(inTransaction, (isInside) => isInside ? Effect.undefined : read(stream, after))

/** The conditions of a read of one stream. */
export const streamConditions = (database: Database, options: ReadOptions.ReadStreamOptions): Statement.Fragment => {
  const { asOf } = options
  return andAll(database, [
    ...given(
      asOf?._tag === "Version" ? asOf.version : undefined,
      (version) => database.sql`version <= ${version}::bigint`
    ),
    ...filters(database, options)
  ])
}

/** The events of the global log, page by page, up to the head at the start of the read. */
export const readAll = (
  database: Database,
  readHead: ReadHead,
  options: ReadLogOptions & ReadOptions.Columns<Column> = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  whenChecked(ReadOptions.check(options), () =>
    Stream.unwrap(Effect.map(headOf(readHead, options), (start) => {
      const { object, sql } = database
      let head = start
      // `isStored` needs the id of the last event.
      const columns = options.instance === undefined
        ? options.columns && [...options.columns, "id" as const]
        : options.columns
      const conditions = andAll(database, [
        ...filters(database, options),
        ...inCategories(database, options),
        // CASE, for which PostgreSQL estimates half of the rows. For an equation it estimates so few that it collects and
        // sorts all.
        ...given(
          options.partition,
          ({ number, of }) =>
            sql`CASE WHEN ${object("partition_of")}(stream, ${of}::int) = ${number}::int THEN true ELSE false END`
        )
      ])
      // A read continues after a restart of the database, unless its last event is lost or the caller names the instance.
      const onInstanceChanged = Effect.fnUntraced(
        function*(error: EventStoreError, last: EventRow.EventRow | undefined) {
          if (options.instance !== undefined) return yield* error
          const now = yield* readHead
          if (last !== undefined && !(yield* isStored(database, last))) return yield* error
          head = now.position < head.position ? now : { ...head, instance: now.instance }
        }
      )
      // By the primary key. The head is compared in the outer query, so that the range of the inner one has one bound: with
      // two bounds PostgreSQL estimates few rows until the table is first analysed, and then collects and sorts all of them.
      const select: Pages.Select = ({ after, limit }, columns) =>
        sql`
          SELECT page.* FROM (
            SELECT ${columns} FROM ${object("event_store")}
            WHERE ${object("require_instance")}(${head.instance}::text) AND "position" > ${after}::bigint${conditions}
            ORDER BY "position" LIMIT ${limit}::bigint
          ) AS page WHERE "position" <= ${head.position}::bigint ORDER BY "position"`
      return Pages.read(database, { ...options, before: undefined, columns, onInstanceChanged }, "position", select)
    })))

const isStored = (
  database: Database,
  { event_id, position }: EventRow.EventRow
): Effect.Effect<boolean, EventStoreError> => {
  const { object, sql } = database
  const found = sql`
    SELECT FROM ${object("event_store")} WHERE "position" = ${position}::bigint AND event_id = ${event_id}::uuid`
  return Effect.map(query(database, "read", found), (rows) => rows.length > 0)
}

// A head that the caller knows is not read again.
const headOf = (readHead: ReadHead, { asOf, instance }: ReadLogOptions): Effect.Effect<LogHead, ReadFailure> => {
  if (asOf?._tag === "Position" && instance !== undefined) return Effect.succeed({ position: asOf.position, instance })
  return Effect.flatMap(
    readHead,
    (head) =>
      instance === undefined || instance === head.instance ? Effect.succeed(head) : InstanceChanged.failed("read")
  )
}

/** A read with options that were checked. */
export const whenChecked = (
  checked: Result.Result<unknown, InvalidInput>,
  read: () => Stream.Stream<RecordedEvent, ReadFailure>
): Stream.Stream<RecordedEvent, ReadFailure> => Stream.unwrap(Effect.map(Effect.fromResult(checked), read))

/** All conditions, each after an AND. */
export const andAll = ({ sql }: Database, conditions: ReadonlyArray<Statement.Fragment>): Statement.Fragment =>
  conditions.length === 0 ? sql.literal("") : sql` AND ${sql.and(conditions)}`

/** The conditions of the filters that reads of a stream and of the log have in common. */
export const filters = (
  { sql }: Database,
  { asOf, causationId, correlationId, occurredAt, recordedAt, types }:
    | ReadOptions.ReadStreamOptions
    | ReadOptions.ReadAllOptions
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
  ...given(types, (names) => sql`type = ANY (${names}::text[])`),
  ...given(correlationId, (id) => hasId(sql, "correlationId", id)),
  ...given(causationId, (id) => hasId(sql, "causationId", id))
]

/** The condition of the filter by category. */
export const inCategories = (
  { sql }: Database,
  { categories }: ReadOptions.ReadAllOptions
): ReadonlyArray<Statement.Fragment> =>
  given(categories, (names) => sql`split_part(stream, '-', 1) = ANY (${names}::text[])`)

// Uses the index on the hash, and also compares the text.
const hasId = (sql: Database["sql"], field: "correlationId" | "causationId", id: string): Statement.Fragment => {
  const value = sql.literal(`metadata ->> '${field}'`)
  return sql`hashtextextended(${value}, 0) = hashtextextended(${id}::text, 0) AND ${value} = ${id}::text`
}
