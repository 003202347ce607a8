/** Reads and writes the tables of parked streams and discarded events. */
import { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Stage, stages } from "@refold/core/project/PoisonedEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Changes, DiscardedEvent, ParkedStream } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { given, query } from "../../schema/internal/Query.ts"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

interface ParkedRow {
  readonly stream: string
  readonly version: bigint
  readonly position: bigint
  readonly type: string
  readonly stage: string
  readonly reason: string
  readonly attempts: number
  readonly parked_at: Date
}

/** The parked streams of a generation, all or those of a partition among `streams`, in the order of their positions. */
export const listParked = (
  database: Database,
  generation: number,
  among?: Among
): Effect.Effect<ReadonlyArray<ParkedStream>, EventStoreError> =>
  Effect.flatMap(
    query(database, listing, selectParked(database, generation, among)),
    (rows) => Effect.fromResult(StoredValue.decodeAll(rows, (row) => decodeParked(generation, row)))
  )

interface Among {
  readonly partition: number
  readonly streams: ReadonlyArray<StreamName.StreamName>
}

const listing = "list parked streams"

const selectParked = (
  { object, sql }: Database,
  generation: number,
  among: Among | undefined
) => {
  const conditions = [
    sql`generation = ${generation}::int`,
    ...given(
      among,
      ({ partition, streams }) => sql`"partition" = ${partition}::int AND stream = ANY (${streams}::text[])`
    )
  ]
  return sql<ParkedRow>`
    SELECT stream, version, "position", type, stage, reason, attempts, parked_at
    FROM ${object("parked_streams")} WHERE ${sql.and(conditions)} ORDER BY "position", stream`
}

const stream: StoredValue.Rule = (value) =>
  Result.isSuccess(StreamName.parse(String(value))) ? undefined : "must be the name of a stream"

const parkedRules = {
  stream,
  version: StoredValue.count,
  position: StoredValue.count,
  stage: StoredValue.oneOf(stages),
  attempts: StoredValue.count,
  parked_at: StoredValue.instant
}

// Projectors may write any values into this table.
const decodeParked = (generation: number, row: ParkedRow): Result.Result<ParkedStream, EventStoreError> => {
  const table = { table: "parked_streams", key: () => ({ generation, stream: row.stream }), rules: parkedRules }
  return Result.map(StoredValue.check(listing, table, row), (checked) => ({
    // Checked, as the stage is.
    stream: checked.stream as StreamName.StreamName,
    version: StreamVersion(Number(checked.version)),
    position: Position(Number(checked.position)),
    type: checked.type,
    stage: checked.stage as Stage,
    reason: checked.reason,
    attempts: checked.attempts,
    parkedAt: DateTime.fromDateUnsafe(checked.parked_at)
  }))
}

/**
 * The last arguments of `save_checkpoint`: the streams that a batch parks and those that it releases. A stream in both is parked.
 */
export const parkedArguments = (
  { sql }: Database,
  { parked, unparked }: Pick<Changes, "parked" | "unparked">
): Statement.Fragment =>
  sql`${parked.map(({ stream }) => stream)}::text[], ${parked.map(({ version }) => BigInt(version))}::bigint[],
      ${parked.map(({ position }) => BigInt(position))}::bigint[], ${parked.map(({ type }) => type)}::text[],
      ${parked.map(({ stage }) => stage)}::text[], ${parked.map(({ reason }) => storable(reason))}::text[],
      ${parked.map(({ attempts }) => attempts)}::int[], ${unparked}::text[]`

interface DiscardedRow {
  readonly position: bigint
  readonly stream: string
  readonly version: bigint
  readonly reason: string
  readonly discarded_at: Date
}

/** The discarded events of a projection, in the order of their positions; all or those in a range. */
export const listDiscarded = (
  database: Database,
  projection: string,
  range: { readonly after?: Position; readonly upTo?: Position } = {}
): Effect.Effect<ReadonlyArray<DiscardedEvent>, EventStoreError> =>
  Effect.flatMap(
    query(database, listingDiscarded, selectDiscarded(database, projection, range)),
    (rows) => Effect.fromResult(StoredValue.decodeAll(rows, (row) => decodeDiscarded(projection, row)))
  )

const listingDiscarded = "list discarded events"

const selectDiscarded = (
  { object, sql }: Database,
  projection: string,
  { after, upTo }: { readonly after?: Position; readonly upTo?: Position }
) => {
  const conditions = [
    sql`projection = ${projection}::text`,
    ...given(after, (after) => sql`"position" > ${after}::bigint`),
    ...given(upTo, (upTo) => sql`"position" <= ${upTo}::bigint`)
  ]
  return sql<DiscardedRow>`
    SELECT "position", stream, version, reason, discarded_at
    FROM ${object("discarded_events")} WHERE ${sql.and(conditions)} ORDER BY "position"`
}

const discardedRules = {
  position: StoredValue.count,
  stream,
  version: StoredValue.count,
  discarded_at: StoredValue.instant
}

const decodeDiscarded = (projection: string, row: DiscardedRow): Result.Result<DiscardedEvent, EventStoreError> => {
  const key = () => ({ projection, position: String(row.position) })
  const table = { table: "discarded_events", key, rules: discardedRules }
  return Result.map(StoredValue.check(listingDiscarded, table, row), (checked) => ({
    position: Position(Number(checked.position)),
    // Checked.
    stream: checked.stream as StreamName.StreamName,
    version: StreamVersion(Number(checked.version)),
    reason: checked.reason,
    discardedAt: DateTime.fromDateUnsafe(checked.discarded_at)
  }))
}

/** Records that a projection discards events. */
export const discard = (
  database: Database,
  projection: string,
  events: ReadonlyArray<Omit<DiscardedEvent, "discardedAt">>
): Effect.Effect<void, EventStoreError> =>
  // Only the last entry for each position, because one statement cannot replace a row that it has inserted.
  Effect.suspend(() => {
    const once = [...new Map(events.map((event) => [event.position, event])).values()]
    return query(database, "discard events", insertDiscarded(database, projection, once))
  }).pipe(Effect.asVoid)

// A second reason for the same event replaces the first.
const insertDiscarded = (
  { object, sql }: Database,
  projection: string,
  events: ReadonlyArray<Omit<DiscardedEvent, "discardedAt">>
) =>
  sql`
    INSERT INTO ${object("discarded_events")} (projection, "position", stream, version, reason)
    SELECT ${projection}::text, d.*
    FROM unnest(
      ${events.map(({ position }) => BigInt(position))}::bigint[], ${events.map(({ stream }) => stream)}::text[],
      ${events.map(({ version }) => BigInt(version))}::bigint[], ${events.map(({ reason }) => storable(reason))}::text[]
    ) AS d
    ON CONFLICT (projection, "position") DO UPDATE SET
      stream = excluded.stream, version = excluded.version, reason = excluded.reason,
      discarded_at = excluded.discarded_at`

// A reason may quote any text; one that cannot be stored must not prevent the batch from being stored.
const storable = (reason: string): string => reason.toWellFormed().replaceAll("\u0000", "\ufffd")
