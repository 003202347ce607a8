/**
 * A store that is written and read through the functions of the SQL API, so that the laws of stores check them.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { NewEvent } from "@refold/core/event/NewEvent"
import { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import {
  type AppendError,
  DuplicateEventId,
  IdempotencyConflict,
  versionConflict
} from "@refold/core/journal/AppendError"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as Commit from "@refold/core/journal/Commit"
import type { ExpectedVersion } from "@refold/core/journal/ExpectedVersion"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as EventStore from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { fromAdapter, LogBrowser } from "@refold/store/log/LogBrowser"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import * as EventRow from "../../src/log/internal/EventRow.ts"

/** The SQL functions as an adapter, on the client and the store of a layer of the PostgreSQL adapter. */
export const over = <E, R>(layer: Layer.Layer<EventStore.EventStore | LogBrowser | SqlClient.SqlClient | R, E>) =>
  Layer.effectContext(Effect.gen(function*() {
    const services = yield* Layer.build(layer)
    const sql = Context.get(services, SqlClient.SqlClient)
    const store = Context.get(services, EventStore.EventStore)
    const adapter: EventStore.Adapter = {
      ...store,
      commit: (commit) => append(sql, commit),
      readStream: (stream, options = {}) =>
        isPlain(options) && options.types === undefined
          ? read(StreamName.parse(stream), options, (limit) =>
            sql<EventRow.EventRow>`select * from refold.read_stream(${stream}, ${options.after ?? 0}, ${
              version(options.asOf)
            }::int8,
              ${position(options.asOf)}::int8, ${recorded(options.asOf)}::timestamptz, ${
              occurred(options.asOf)
            }::timestamptz,
              ${limit}::int8)`)
          : store.readStream(stream, options),
      readAll: (options = {}) =>
        isPlain(options)
          ? read(Result.void, options, (limit) =>
            sql<EventRow.EventRow>`select * from refold.read_all(${options.after ?? 0}, ${
              options.types ?? null
            }::text[],
              ${options.categories ?? null}::text[], ${position(options.asOf)}::int8,
              ${recorded(options.asOf)}::timestamptz, ${occurred(options.asOf)}::timestamptz, ${limit}::int8)`)
          : byId(sql, options) ?? store.readAll(options)
    }
    return Context.merge(services, EventStore.context(adapter)).pipe(
      Context.add(LogBrowser, browserOver(sql, Context.get(services, LogBrowser)))
    )
  }))

// The adapter also reads lists by their SQL function.
const browserOver = (
  sql: SqlClient.SqlClient,
  { lastOfStream: _s, lastOfType: _t, ...browser }: LogBrowser["Service"]
) =>
  fromAdapter({
    ...browser,
    readStreamBackwards: (stream, options = {}) =>
      isPlain(options) && options.types === undefined && options.asOf === undefined && options.after === undefined
        ? read(StreamName.parse(stream), options, (limit) =>
          sql<EventRow.EventRow>`select * from refold.read_stream_backwards(${stream}, ${options.before ?? null}::int8,
            ${limit}::int8)`)
        : browser.readStreamBackwards(stream, options),
    readAllBackwards: (options = {}) =>
      isPlain(options) && options.asOf === undefined && options.after === undefined
        ? read(Result.void, options, (limit) =>
          sql<EventRow.EventRow>`select * from refold.read_all_backwards(${options.before ?? null}::int8,
            ${options.types ?? null}::text[], ${options.categories ?? null}::text[], ${limit}::int8)`)
        : browser.readAllBackwards(options)
  })

// By the functions for one id, if there is no other filter.
const byId = (sql: SqlClient.SqlClient, options: ReadOptions.ReadAllOptions) => {
  const { after = 0, causationId, correlationId, limit: _, ...others } = options
  const id = correlationId ?? causationId
  const isOther = Object.values(others).some((value) => value !== undefined)
  if (id === undefined || isOther || correlationId !== undefined && causationId !== undefined) return undefined
  const name = sql.literal(`refold.read_by_${correlationId === undefined ? "causation" : "correlation"}`)
  return read(
    Result.void,
    options,
    (limit) => sql<EventRow.EventRow>`select * from ${name}(${id}, ${after}::int8, ${limit}::int8)`
  )
}

// The adapter handles options for which the functions have no parameters.
const isPlain = (options: ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions): boolean =>
  options.occurredAt === undefined && options.recordedAt === undefined && options.correlationId === undefined &&
  options.causationId === undefined

const read = (
  checked: Result.Result<unknown, InvalidInput>,
  options: ReadOptions.ReadStreamOptions | ReadOptions.ReadAllOptions,
  rows: (limit: number | null) => Effect.Effect<ReadonlyArray<EventRow.EventRow>, SqlError.SqlError>
) =>
  Stream.unwrap(Effect.gen(function*() {
    yield* Effect.fromResult(checked)
    yield* Effect.fromResult(ReadOptions.check(options))
    const found = yield* Effect.mapError(
      rows(options.limit ?? null),
      (cause) => new EventStoreError({ operation: "read", cause })
    )
    return Stream.fromIterable(found.map((row) => Result.getOrThrow(EventRow.decode(row))))
  }))

const version = (asOf: AsOf.AsOf | undefined) => (asOf?._tag === "Version" ? asOf.version : null)
const position = (asOf: AsOf.AsOf | undefined) => (asOf?._tag === "Position" ? asOf.position : null)
const recorded = (asOf: AsOf.AsOf | undefined) => asOf?._tag === "RecordedAt" ? DateTime.formatIso(asOf.instant) : null
const occurred = (asOf: AsOf.AsOf | undefined) => asOf?._tag === "OccurredAt" ? DateTime.formatIso(asOf.instant) : null

interface AppendedRow {
  readonly stream: string
  readonly first_version: bigint
  readonly version: bigint
  readonly position: bigint
  readonly recorded_at: Date
  readonly deduplicated: boolean
}

const append = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  commit: Commit.Commit
): Effect.fn.Return<Commit.Appended, AppendError | EventStoreError> {
  const checked = yield* Effect.fromResult(Commit.check(commit))
  const { fingerprint, key, neverExpires } = checked.idempotency ?? {}
  const writes = JSON.stringify(checked.writes.map(({ events, expected, lastEventId, stream }) => ({
    stream,
    expectedVersion: expectedOf(expected),
    lastEventId,
    events: events.map(eventOf)
  })))
  const rows = yield* sql<AppendedRow>`select * from refold.commit_events(${writes}::jsonb, ${key ?? null},
    ${fingerprint ?? null}, ${neverExpires ?? false})`.pipe(
    // As documented for this code: the retry finds the events of the other transaction.
    Effect.retry({ while: ({ reason }) => reason._tag === "SerializationError" }),
    Effect.catch((error) => Effect.fail(refusalOf(error, checked)))
  )
  if (!Arr.isReadonlyArrayNonEmpty(rows)) return yield* Effect.die("commit_events returned no rows")
  return Commit.appended(
    Arr.map(rows, (row) => ({
      stream: row.stream as StreamName.StreamName,
      firstVersion: StreamVersion(Number(row.first_version)),
      version: StreamVersion(Number(row.version)),
      position: Position(Number(row.position)),
      recordedAt: DateTime.fromDateUnsafe(row.recorded_at)
    })),
    rows[0].deduplicated
  )
})

const eventOf = ({ data, id, metadata, occurredAt, schemaVersion, type }: NewEvent) => ({
  id,
  type,
  schemaVersion,
  data,
  metadata,
  occurredAt: DateTime.formatIso(occurredAt)
})

const expectedOf = (expected: ExpectedVersion): number | null => {
  switch (expected._tag) {
    case "Any":
      return null
    case "StreamExists":
      return -2
    case "NoStream":
      return 0
    case "Exact":
      return expected.version
  }
}

// The parts of an error that a client of any language can read: its code, and the JSON in its detail.
const refusalOf = (error: SqlError.SqlError, { writes }: Commit.Commit): AppendError | EventStoreError => {
  const { code, detail }: { readonly code?: unknown; readonly detail?: string } = Object(error.reason.cause)
  const detailJson = (): Record<string, never> => JSON.parse(detail ?? "{}")
  switch (code) {
    case "RF001": {
      const { expected } = writes.find(({ stream }) => stream === detailJson()["stream"])!
      return versionConflict(
        detailJson()["stream"]!,
        expected,
        StreamVersion(Number(detailJson()["actual"])),
        detailJson()["lastEventId"]
      )
    }
    case "RF002":
      return new IdempotencyConflict({ key: detailJson()["key"]! })
    case "RF003":
      return new DuplicateEventId({ id: detailJson()["id"]! })
    default:
      return new EventStoreError({ operation: "append", cause: error })
  }
}
