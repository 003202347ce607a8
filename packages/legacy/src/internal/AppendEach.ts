/** Appends to the streams of many keys by one statement: a write that is refused does not affect the others. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import type * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type { Skip, Write } from "./Plan.ts"
import type { Session } from "./Session.ts"

interface RefusedRow {
  readonly write: number
  readonly actual: bigint
  readonly known_event: string | null
}

/** Appends the events of all writes with events; returns the refused writes and their entries for the list of skipped rows. */
export const appendEach = Effect.fnUntraced(function*(
  session: Session,
  writes: ReadonlyArray<Write>
): Effect.fn.Return<ReadonlyMap<Write, Skip>, EventStoreError | SqlError.SqlError> {
  if (writes.length === 0) return new Map()
  const { toWire } = yield* WireTransform
  // Each write has at least one.
  const events = writes.flatMap(({ events }) => events) as unknown as Arr.NonEmptyReadonlyArray<NewEvent>
  const refused = yield* send(session, writes, yield* toWire(events))
  return new Map(refused.map((row) => {
    const write = writes[row.write - 1]!
    return [write, { _tag: "Skip", key: write.key, rows: 1, reason: reasonOf(write, row) }]
  }))
})

const send = (
  { database: { object, sql } }: Session,
  writes: ReadonlyArray<Write>,
  events: ReadonlyArray<NewEvent>
): Effect.Effect<ReadonlyArray<RefusedRow>, SqlError.SqlError> => {
  const writeNumbers = writes.flatMap(({ events }, index) => events.map(() => index + 1))
  const versions = writes.flatMap(({ events, expected }) => events.map((_, index) => BigInt(expected + index + 1)))
  return sql<RefusedRow>`
    SELECT write, actual, known_event FROM ${object("append_each")}(
      ${writes.map(({ next }) => next.stream)}::text[], ${writes.map(({ expected }) => BigInt(expected))}::bigint[],
      ${writeNumbers}::int[], ${versions}::bigint[], ${events.map(({ id }) => id)}::text[]::uuid[],
      ${events.map(({ type }) => type)}::text[], ${events.map(({ schemaVersion }) => schemaVersion)}::smallint[],
      ${events.map(({ data }) => JSON.stringify(data))}::text[]::jsonb[],
      ${events.map(({ metadata }) => JSON.stringify(metadata))}::text[]::jsonb[],
      ${events.map(({ occurredAt }) => DateTime.toDateUtc(occurredAt))}::timestamptz[]
    )`.unprepared
}

const reasonOf = (write: Write, { actual, known_event }: RefusedRow): string =>
  known_event !== null && Number(actual) === write.expected
    ? `event ${known_event} already exists in another stream`
    : conflict(write, actual)

/** The reason why nothing is appended to a stream that is not at the expected version. */
export const conflict = ({ expected, next: { stream } }: Write, version: bigint): string =>
  expected === 0
    ? `stream "${stream}" already exists`
    : `stream "${stream}" is at version ${version}, not at ${expected}: another writer appends to it`
