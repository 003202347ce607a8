/** What a verification reads besides the log, and the findings that only the database can make. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Finding from "@refold/store/maintain/Finding"
import type { EventMark, StoredSnapshot } from "@refold/store/maintain/Maintenance"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import { pages } from "./KeysetPages.ts"

const operation = "verify"

const marksPerPage = 5000
// A state has up to 8 MiB.
const snapshotsPerPage = 10

type MarkRow = Omit<EventMark, "recordedAt"> & { readonly recordedAt: number }

/** All events, in the order of the index on streams and versions. */
export const marks = (database: Database): Stream.Stream<EventMark, EventStoreError> => {
  const { object, sql } = database
  // Times that no client can hold are replaced by the first or last one that it can.
  const select = (after: MarkRow | undefined) =>
    sql<MarkRow>`
      SELECT e.stream, e.version::float8 AS version, e."position"::float8 AS position,
        floor(extract(epoch FROM least(greatest(e.recorded_at, '0001-01-01T00:00:00Z'), '9999-12-31T00:00:00Z')) * 1000)::float8
          AS "recordedAt",
        e.commit_offset = 0 OR EXISTS (
          SELECT FROM ${object("event_store")} AS first
          WHERE first."position" = e."position" - e.commit_offset AND first.commit_offset = 0
        ) AS "isOfStoredCommit"
      FROM ${object("event_store")} AS e
      WHERE (e.stream, e.version) > (${after?.stream ?? ""}::text, ${after?.version ?? 0}::bigint)
      ORDER BY e.stream, e.version LIMIT ${sql.literal(String(marksPerPage))}`
  return Stream.map(pages(database, operation, marksPerPage, select), ({ recordedAt, ...mark }) => ({
    ...mark,
    recordedAt: DateTime.makeUnsafe(recordedAt)
  }))
}

/** All snapshots. */
export const snapshots = (database: Database): Stream.Stream<StoredSnapshot, EventStoreError> => {
  const { object, sql } = database
  return pages(database, operation, snapshotsPerPage, (after: StoredSnapshot | undefined) =>
    sql<StoredSnapshot>`
      SELECT s.stream, s.version::float8 AS version, s.view, s.fingerprint, s.state, EXISTS (
          SELECT FROM ${object("event_store")} AS e
          WHERE e.stream = s.stream AND e.version = s.version AND e.event_id = s.event_id
        ) AS "isOfStoredEvent"
      FROM ${object("event_snapshots")} AS s
      WHERE (s.stream, s.view) > (${after?.stream ?? ""}::text, ${after?.view ?? ""}::text)
      ORDER BY s.stream, s.view LIMIT ${sql.literal(String(snapshotsPerPage))}`)
}

interface OwnRow {
  readonly last: number
  readonly counter: number
  readonly appendOnly: boolean
}

/** The findings on the position counter (behind the log) and on the trigger (the log is not append-only). */
export const ownFindings = (
  database: Database
): Effect.Effect<ReadonlyArray<Finding.Finding>, EventStoreError> => {
  const { object, schema, sql } = database
  // A trigger before each statement (2) that deletes (8), updates (16) or truncates (32), also in replicas ('A').
  const statement = sql<OwnRow>`
    SELECT coalesce((SELECT e."position" FROM ${
    object("event_store")
  } AS e ORDER BY e."position" DESC LIMIT 1), 0)::float8 AS last,
      (SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM ${
    object("event_position")
  } AS s)::float8 AS counter,
      EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS t
        JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid AND c.relname = 'event_store'
        JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid AND p.proname = 'refuse_change'
          AND p.pronamespace = c.relnamespace
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ${schema}::text
        WHERE t.tgenabled = 'A' AND t.tgtype & 59 = 58
      ) AS "appendOnly"`
  return Effect.map(query(database, operation, statement), ([row]) => {
    const { appendOnly, counter, last } = row!
    return [
      ...counter >= last ? [] : [
        Finding.make(
          "CounterBehind",
          `the position counter is at ${counter}, and the last event has position ${last}: run SELECT ${schema}.repair_positions()`,
          { counter, last }
        )
      ],
      ...appendOnly ? [] : [
        Finding.make(
          "NotAppendOnly",
          `events of schema "${schema}" can be changed: enable the trigger append_only of event_store ALWAYS, or create it again`,
          { schema }
        )
      ]
    ]
  })
}
