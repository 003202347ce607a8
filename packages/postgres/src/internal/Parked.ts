/** Streams that are parked and events that are discarded, as the tables hold them. */
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Stage } from "@refold/core/project/ProjectionFold"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Changes, DiscardedEvent, ParkedStream } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { query } from "./Query.ts"
import type { Parameters } from "./SqlFile.ts"

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

/** The parked streams of a generation, all or those among `streams`, in the order of their positions. */
export const listParked = (
  database: Database,
  generation: number,
  streams?: ReadonlyArray<StreamName>
): Effect.Effect<ReadonlyArray<ParkedStream>, EventStoreError> =>
  Effect.map(
    query<ParkedRow>(database, "list parked streams", "queries/find_parked", { generation, streams }),
    (rows) => rows.map(decodeParked)
  )

// What was stored was a stream's name and a stage.
const decodeParked = (row: ParkedRow): ParkedStream => ({
  stream: row.stream as StreamName,
  version: StreamVersion(Number(row.version)),
  position: Position(Number(row.position)),
  type: row.type,
  stage: row.stage as Stage,
  reason: row.reason,
  attempts: row.attempts,
  parkedAt: DateTime.fromDateUnsafe(row.parked_at)
})

/** What a batch parks and lets go, as parameters. A stream that is in both is parked. */
export const encode = ({ parked, unparked }: Pick<Changes, "parked" | "unparked">): Parameters => ({
  parked: parked.map(({ stream }) => stream),
  parked_versions: parked.map(({ version }) => BigInt(version)),
  parked_positions: parked.map(({ position }) => BigInt(position)),
  parked_types: parked.map(({ type }) => type),
  stages: parked.map(({ stage }) => stage),
  reasons: parked.map(({ reason }) => storable(reason)),
  attempts: parked.map(({ attempts }) => attempts),
  unparked
})

interface DiscardedRow {
  readonly position: bigint
  readonly stream: string
  readonly version: bigint
  readonly reason: string
  readonly discarded_at: Date
}

/** The events that a projection leaves out, in the order of their positions; all or those in a range. */
export const listDiscarded = (
  database: Database,
  projection: string,
  range: { readonly after?: Position; readonly upTo?: Position } = {}
): Effect.Effect<ReadonlyArray<DiscardedEvent>, EventStoreError> =>
  Effect.map(
    query<DiscardedRow>(database, "list discarded events", "queries/list_discarded", {
      projection,
      after: range.after,
      up_to: range.upTo
    }),
    (rows) => rows.map(decodeDiscarded)
  )

const decodeDiscarded = (row: DiscardedRow): DiscardedEvent => ({
  position: Position(Number(row.position)),
  stream: row.stream as StreamName,
  version: StreamVersion(Number(row.version)),
  reason: row.reason,
  discardedAt: DateTime.fromDateUnsafe(row.discarded_at)
})

/** Records that a projection leaves events out. */
export const discard = (
  database: Database,
  projection: string,
  events: ReadonlyArray<Omit<DiscardedEvent, "discardedAt">>
): Effect.Effect<void, EventStoreError> =>
  // The last of each position: one statement cannot replace what it has just stored.
  Effect.suspend(() => {
    const once = [...new Map(events.map((event) => [event.position, event])).values()]
    return query(database, "discard events", "queries/discard_events", {
      projection,
      positions: once.map(({ position }) => BigInt(position)),
      streams: once.map(({ stream }) => stream),
      versions: once.map(({ version }) => BigInt(version)),
      reasons: once.map(({ reason }) => storable(reason))
    })
  }).pipe(Effect.asVoid)

// A reason may quote anything, and one that cannot be stored must not keep a batch from being stored.
const storable = (reason: string): string => reason.toWellFormed().replaceAll("\u0000", "\ufffd")
