/** The port `LogBrowser` on one database: lists of streams, backward reads, and look-ups of keys. */
import { Position } from "@refold/core/event/Position"
import type { Column, RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as StreamList from "@refold/core/journal/StreamList"
import type { ReadFailure } from "@refold/store/log/EventReader"
import { fromAdapter, type LogBrowser } from "@refold/store/log/LogBrowser"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { given, query } from "../../schema/internal/Query.ts"
import { findKey } from "./FindKey.ts"
import type { ReadHead } from "./Head.ts"
import * as Pages from "./Pages.ts"
import * as ReadEvents from "./ReadEvents.ts"

/** The service on a store whose head is read by `readHead`. */
export const make = (database: Database, readHead: ReadHead): LogBrowser["Service"] =>
  fromAdapter({
    listStreams: (options) => listStreams(database, options),
    readStreamBackwards: (stream, options) => readStreamBackwards(database, stream, options),
    readAllBackwards: (options) => readAllBackwards(database, readHead, options),
    findKey: (key) => findKey(database, key)
  })

const pageSize = 1000

interface ListedRow {
  readonly stream: string
  readonly version: bigint
  readonly position: bigint
  readonly recorded_at: Date
}

const listStreams = (
  database: Database,
  options: StreamList.ListOptions = {}
): Stream.Stream<StreamList.ListedStream, ReadFailure> =>
  Stream.unwrap(Effect.map(
    Effect.fromResult(StreamList.check(options)),
    ({ after, category, limit = Infinity }) =>
      Stream.paginate({ after, left: limit }, ({ after, left }) => {
        const size = Math.min(left, pageSize)
        return Effect.map(size < 1 ? Effect.succeed([]) : readPage(database, category, after, size), (rows) => {
          const isLast = rows.length < size || rows.length === left || rows.length === 0
          const next = { after: rows.at(-1)?.stream, left: left - rows.length }
          return [rows, isLast ? Option.none() : Option.some(next)] as const
        })
      })
  ))

const readPage = (
  database: Database,
  category: string | undefined,
  after: StreamName.StreamName | undefined,
  size: number
): Effect.Effect<ReadonlyArray<StreamList.ListedStream>, ReadFailure> => {
  const { object, sql } = database
  const statement = sql<ListedRow>`
    SELECT * FROM ${object("list_streams")}(${category ?? null}::text, ${after ?? null}::text, ${size}::bigint)`
  return Effect.map(
    query(database, "list streams", statement),
    (rows) =>
      rows.map(({ position, recorded_at, stream, version }) => ({
        // The table's check refuses other names.
        stream: stream as StreamName.StreamName,
        version: StreamVersion(Number(version)),
        position: Position(Number(position)),
        recordedAt: DateTime.fromDateUnsafe(recorded_at)
      }))
  )
}

const readStreamBackwards = (
  database: Database,
  stream: StreamName.StreamName,
  options: ReadOptions.ReadStreamBackwardsOptions & ReadOptions.Columns<Column> = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  ReadEvents.whenChecked(Result.andThen(StreamName.parse(stream), ReadOptions.check(options)), () => {
    const { object, sql } = database
    const { after = 0, before = Number.MAX_SAFE_INTEGER, columns, limit } = options
    const conditions = ReadEvents.streamConditions(database, options)
    return Pages.read(database, { before, columns, limit, stream }, "version", (page, columns) =>
      sql`
        SELECT ${columns} FROM ${object("event_store")}
        WHERE stream = ${stream}::text AND version < ${page.after}::bigint AND version > ${after}::bigint${conditions}
        ORDER BY version DESC LIMIT ${page.limit}::bigint`)
  })

const readAllBackwards = (
  database: Database,
  readHead: ReadHead,
  options: ReadOptions.ReadAllBackwardsOptions & ReadOptions.Columns<Column> = {}
): Stream.Stream<RecordedEvent, ReadFailure> =>
  ReadEvents.whenChecked(ReadOptions.check(options), () =>
    Stream.unwrap(Effect.map(readHead, (head) => {
      const { object, sql } = database
      const { after = 0, columns, limit } = options
      const before = Math.min(options.before ?? Number.MAX_SAFE_INTEGER, head.position + 1)
      const conditions = ReadEvents.andAll(database, [
        ...ReadEvents.filters(database, options),
        ...ReadEvents.inCategories(database, options),
        ...given(options.after, () => sql`"position" > ${after}::bigint`)
      ])
      return Pages.read(database, { before, columns, limit }, "position", (page, columns) =>
        sql`
          SELECT ${columns} FROM ${object("event_store")}
          WHERE ${
          object("require_instance")
        }(${head.instance}::text) AND "position" < ${page.after}::bigint${conditions}
          ORDER BY "position" DESC LIMIT ${page.limit}::bigint`)
    })))
