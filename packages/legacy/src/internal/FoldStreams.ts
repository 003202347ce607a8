/** Folds many streams at once: reads their events page by page, and folds them by the aggregate's own code. */
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import type * as EventRow from "@refold/postgres/internal/log/EventRow"
import * as UnreadableRow from "@refold/postgres/internal/log/UnreadableRow"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { WireTransform } from "@refold/store/log/WireTransform"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../LegacyMapping.ts"
import { attempt } from "./Attempt.ts"
import type { Session } from "./Session.ts"

/** A stream's state, or the reason why it cannot be folded; and the number of its events. */
export interface Folded<State> {
  readonly state: Result.Result<State, string>
  readonly events: number
}

type Aggregate<State, Event extends Tagged> = LegacyMapping<never, State, Event>["aggregate"]

type NumberedRow = EventRow.EventRow & { readonly number: bigint }

// The most events in memory at a time, however long the streams are.
const pageSize = 5000

/** The states of distinct streams, in their order. */
export const fold = Effect.fnUntraced(function*<State, Event extends Tagged>(
  session: Session,
  aggregate: Aggregate<State, Event>,
  streams: ReadonlyArray<StreamName>
): Effect.fn.Return<ReadonlyArray<Folded<State>>, EventStoreError | SqlError.SqlError> {
  const { fromWire } = yield* WireTransform
  const folded = streams.map((): Folded<State> => ({
    state: Result.succeed(aggregate.decider.initialState),
    events: 0
  }))
  let last: NumberedRow | undefined
  for (;;) {
    const rows: ReadonlyArray<NumberedRow> = yield* readEvents(session, streams, last)
    const read = Result.all(rows.map((row) => UnreadableRow.eventOf("fold streams", row)))
    const events = yield* fromWire(yield* Effect.fromResult(read))
    for (const [index, event] of events.entries()) {
      const at = Number(rows[index]!.number) - 1
      folded[at] = evolve(aggregate, folded[at]!, event)
    }
    last = rows.at(-1)
    if (rows.length < pageSize) return folded
  }
})

// A page of the streams' events, in the order of the streams. LATERAL, so that each stream is one range of the index.
const readEvents = (
  { database: { object, sql } }: Session,
  streams: ReadonlyArray<StreamName>,
  last: NumberedRow | undefined
): Effect.Effect<ReadonlyArray<NumberedRow>, SqlError.SqlError> => {
  const isAfter = last && sql`AND (w.number > ${last.number}::bigint OR s.version > ${last.version}::bigint)`
  const isFrom = last && sql`WHERE w.number >= ${last.number}::bigint`
  const nothing = sql.literal("")
  return sql<NumberedRow>`
    SELECT w.number, e.*
    FROM unnest(${streams}::text[]) WITH ORDINALITY AS w (stream, number)
    CROSS JOIN LATERAL (
      SELECT stream, version, "position", event_id, type, schema_version, data, metadata, occurred_at, recorded_at, commit_offset
      FROM ${object("event_store")} s
      WHERE s.stream = w.stream ${isAfter ?? nothing}
      ORDER BY s.version
    ) AS e
    ${isFrom ?? nothing}
    ORDER BY w.number, e.version
    LIMIT ${pageSize}::int`.unprepared
}

const evolve = <State, Event extends Tagged>(
  { events: codec, decider }: Aggregate<State, Event>,
  { events, state }: Folded<State>,
  stored: Parameters<typeof codec.decode>[0]
): Folded<State> => ({
  events: events + 1,
  state: Result.flatMap(
    state,
    (state) =>
      attempt("evolve", () => Result.map(codec.decode(stored), (events) => View.foldFrom(decider, state, events)))
  )
})
