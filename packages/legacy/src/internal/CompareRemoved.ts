/** Compares the streams of rows that are no longer in the legacy table: their numbers must be 0. */
import type { Tagged } from "@refold/core/event/EventType"
import type { StreamName } from "@refold/core/event/StreamName"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlError from "effect/sql/SqlError"
import type { Facts } from "../LegacyReport.ts"
import { attemptFacts, type Comparing, pageSize, statesOf } from "./CompareRows.ts"
import { isMissing } from "./ReadPage.ts"

/** Compares a page of stored rows; gives its last key if there may be another page. */
export const compareRemoved = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  comparing: Comparing<Row, State, Event>,
  after: string | undefined
): Effect.fn.Return<string | undefined, EventStoreError | SqlError.SqlError> {
  const { found, mapping: { facts } } = comparing
  const rows = yield* readStored(comparing, after)
  const removed = rows.filter(({ is_missing }) => is_missing)
  found.pending += removed.filter(({ is_pending }) => is_pending).length
  const settled = removed.filter(({ is_pending }) => !is_pending)
  const states = yield* statesOf(comparing, settled.flatMap(({ stream }) => stream ?? []))
  for (const { is_extra, key, stream } of settled) {
    if (is_extra) found.extra.add(key)
    if (stream === null) continue
    const events = Result.flatMap(states.get(stream)!, (state) => attemptFacts(() => facts.state(state)))
    if (Result.isFailure(events)) found.unreadable.add({ key, stream, reason: events.failure })
    else if (is_extra) found.add("events", events.success)
    else found.compare({ key, stream }, zerosOf(events.success), numbersOf(events.success))
  }
  return rows.length < pageSize ? undefined : rows.at(-1)!.key
})

interface StoredKey {
  readonly key: string
  readonly stream: StreamName | null
  readonly is_extra: boolean
  readonly is_missing: boolean
  readonly is_pending: boolean
}

// A page of stored rows: whether the row is missing in the legacy table, whether (extra) there is no event of its removal, and
// whether changes in the queue explain it. The key is collated as by default, so that it is compared by the key column's collation.
const readStored = <Row, State, Event extends Tagged>(
  { id, source }: Comparing<Row, State, Event>,
  after: string | undefined
): Effect.Effect<ReadonlyArray<StoredKey>, SqlError.SqlError> => {
  const { object, sql } = source.database
  const isAfter = after === undefined ? sql.literal("") : sql`AND r.key > ${after}::text`
  return sql<StoredKey>`
    WITH page AS MATERIALIZED (
      SELECT r.key COLLATE "default" AS key, r.stream, r.row FROM ${object("legacy_rows")} r
      WHERE r.legacy_table = ${id}::int ${isAfter}
      ORDER BY r.key
      LIMIT ${pageSize}::int
    )
    SELECT p.key, p.stream, p.row IS NOT NULL AS is_extra,
      ${isMissing(source, sql.literal("p.key"))} AS is_missing,
      EXISTS (
        SELECT FROM ${object("legacy_changes")} c
        WHERE c.legacy_table = ${id}::int AND left(c.key, 200) = left(p.key, 200) AND c.key = p.key
      ) AS is_pending
    FROM page AS p
    ORDER BY p.key COLLATE "C"`.unprepared
}

const numbersOf = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === "bigint"))

const zerosOf = (facts: Facts): Facts => Object.fromEntries(Object.keys(numbersOf(facts)).map((fact) => [fact, 0n]))
