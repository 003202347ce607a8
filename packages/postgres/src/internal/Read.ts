/** Reading: keyset pages, none of which pins a connection; the global log only as far as no event can slip in below. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type { ReadFailure } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Database } from "./Database.ts"
import * as EventRows from "./EventRows.ts"
import type { Head } from "./Head.ts"
import { query } from "./Query.ts"

const pageSize = 1000

/** The events of a stream, page by page. */
export const readStream = (
  database: Database,
  stream: StreamName.StreamName,
  options: ReadOptions.ReadStreamOptions = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  whenChecked(Result.andThen(StreamName.parse(stream), ReadOptions.check(options)), () => {
    const asOfVersion = options.asOf?._tag === "Version" ? options.asOf.version : undefined
    const asked = { ...filters(options), stream, as_of_version: asOfVersion }
    return pages(options, "version", (page) => query(database, "read", "queries/read_stream", { ...asked, ...page }))
  })

/** The events of the global log, page by page, up to the last that is safe to read when it starts. */
export const readAll = (
  database: Database,
  head: Head,
  options: ReadOptions.ReadAllOptions = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  whenChecked(ReadOptions.check(options), () =>
    Stream.unwrap(Effect.map(head.asOf(options.asOf), (head) => {
      const asked = { ...filters(options), head, categories: options.categories }
      return pages(options, "position", (page) => query(database, "read", "queries/read_all", { ...asked, ...page }))
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
  { after: start = 0, limit = Infinity }: { readonly after?: number | undefined; readonly limit?: number | undefined },
  key: "version" | "position",
  read: (page: Page) => Effect.Effect<ReadonlyArray<EventRows.EventRow>, ReadFailure>
): Stream.Stream<RecordedEvent, ReadFailure> =>
  Stream.paginate({ after: start, left: limit }, ({ after, left }) => {
    const size = Math.min(left, pageSize)
    return Effect.map(read({ after, limit: size }), (rows) => {
      const last = rows.at(-1)
      const isLast = last === undefined || rows.length < size || rows.length === left
      const next = isLast ? Option.none() : Option.some({ after: Number(last[key]), left: left - rows.length })
      return [rows.map(EventRows.decode), next] as const
    })
  })

type AnyOptions = ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions

const filters = ({ asOf, occurredAt, recordedAt, types }: AnyOptions) => ({
  as_of_position: asOf?._tag === "Position" ? asOf.position : undefined,
  as_of_recorded_at: asOf?._tag === "RecordedAt" ? DateTime.toDateUtc(asOf.instant) : undefined,
  as_of_occurred_at: asOf?._tag === "OccurredAt" ? DateTime.toDateUtc(asOf.instant) : undefined,
  recorded_from: date(recordedAt?.from),
  recorded_to: date(recordedAt?.to),
  occurred_from: date(occurredAt?.from),
  occurred_to: date(occurredAt?.to),
  types
})

const date = (time: DateTime.Utc | undefined): Date | undefined =>
  time === undefined ? undefined : DateTime.toDateUtc(time)
