/** Reading: keyset pages, none of which pins a connection; the global log only as far as no event can slip in below. */
import type * as AsOf from "@refold/core/AsOf"
import type { EventId } from "@refold/core/EventId"
import { InvalidInput } from "@refold/core/InvalidInput"
import type { Json } from "@refold/core/Json"
import type { Metadata } from "@refold/core/NewEvent"
import { Position } from "@refold/core/Position"
import * as ReadOptions from "@refold/core/ReadOptions"
import type { RecordedEvent } from "@refold/core/RecordedEvent"
import type { StreamName } from "@refold/core/StreamName"
import { StreamVersion } from "@refold/core/StreamVersion"
import type { ReadFailure } from "@refold/store/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Database } from "./Database.ts"
import { query } from "./Query.ts"

interface EventRow {
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

const pageSize = 1000

/** The events of a stream, page by page. */
export const readStream = (
  database: Database,
  stream: StreamName,
  options: ReadOptions.ReadStreamOptions = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  checked(
    options,
    () =>
      pages(options.limit, options.after ?? 0, "version", (after, limit) =>
        query<EventRow>(database, "read", "queries/read_stream", [
          stream,
          after,
          options.asOf?._tag === "Version" ? options.asOf.version : null,
          options.asOf?._tag === "Position" ? options.asOf.position : null,
          ...filters(options),
          limit
        ]))
  )

/** The events of the global log, page by page, up to the last that is safe to read when it starts. */
export const readAll = (
  database: Database,
  options: ReadOptions.ReadAllOptions = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  checked(options, () =>
    Stream.unwrap(Effect.map(readBound(database), (bound) => {
      const last = options.asOf?._tag === "Position" ? Math.min(bound, options.asOf.position) : bound
      return pages(options.limit, options.after ?? 0, "position", (after, limit) =>
        query<EventRow>(database, "read", "queries/read_all", [
          after,
          last,
          ...filters(options),
          options.categories ?? null,
          limit
        ]))
    })))

/** The position of the last event that is safe to read. */
export const head = (database: Database): Effect.Effect<Position, ReadFailure> =>
  Effect.flatMap(readBound(database), (bound) =>
    Effect.map(
      query<{ readonly head: bigint }>(database, "read head", "queries/head", [bound]),
      ([row]) => Position(Number(row!.head))
    ))

interface BoundRow {
  readonly bound: bigint
  readonly isolation: string
}

const readBound = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<number, ReadFailure> {
  const [row] = yield* query<BoundRow>(database, "read", "queries/read_bound")
  if ((yield* database.inTransaction) && !row!.isolation.startsWith("read ")) {
    const rule = `must be READ COMMITTED for a read of the global log, not ${row!.isolation.toUpperCase()}`
    return yield* new InvalidInput({ field: "transaction isolation", rule })
  }
  return Number(row!.bound)
})

const checked = <Options extends ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions>(
  options: Options,
  read: () => Stream.Stream<RecordedEvent, ReadFailure>
): Stream.Stream<RecordedEvent, ReadFailure> =>
  Stream.unwrap(Effect.map(Effect.fromResult(ReadOptions.check(options)), read))

const pages = (
  limit = Infinity,
  start: number,
  key: "version" | "position",
  page: (after: number, limit: number) => Effect.Effect<ReadonlyArray<EventRow>, ReadFailure>
): Stream.Stream<RecordedEvent, ReadFailure> =>
  Stream.paginate({ after: start, left: limit }, ({ after, left }) => {
    const size = Math.min(left, pageSize)
    return Effect.map(page(after, size), (rows) => {
      const last = rows.at(-1)
      const isLast = last === undefined || rows.length < size || rows.length === left
      const next = isLast ? Option.none() : Option.some({ after: Number(last[key]), left: left - rows.length })
      return [rows.map(decodeRow), next] as const
    })
  })

type Filters = ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions

const filters = ({ asOf, occurredAt, recordedAt, types }: Filters): ReadonlyArray<unknown> => [
  instant(asOf, "RecordedAt"),
  instant(asOf, "OccurredAt"),
  date(recordedAt?.from),
  date(recordedAt?.to),
  date(occurredAt?.from),
  date(occurredAt?.to),
  types ?? null
]

const instant = (asOf: AsOf.AsOf | undefined, clock: "RecordedAt" | "OccurredAt"): Date | null =>
  asOf !== undefined && "instant" in asOf && asOf._tag === clock ? DateTime.toDateUtc(asOf.instant) : null

const date = (time: DateTime.Utc | undefined): Date | null => (time === undefined ? null : DateTime.toDateUtc(time))

// What was stored was checked, so its names and ids are what they are branded as.
const decodeRow = (row: EventRow): RecordedEvent => ({
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
