/** The statements that store a batch of an import. Each returns what it has stored; the id of a missing item was taken. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { CopiedConsumer, CopiedDiscard, CopiedKey } from "@refold/store/maintain/Maintenance"
import * as DateTime from "effect/DateTime"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import type { ImportTables } from "./ImportTables.ts"

/** The id of a stored item. */
export interface StoredRow {
  readonly id: string
}

type Stored = Statement.Statement<StoredRow>

// One event by its place. OFFSET 0 makes each lookup use the index: the table has no statistics during the import, and with a
// plain join PostgreSQL would read all of it for each batch.
const eventAt = (sql: SqlClient.SqlClient, { events }: ImportTables, stream: string, version: string) =>
  sql`(
    SELECT e.stream, e.version, e."position", e.recorded_at FROM ${events} AS e
    WHERE e.stream = ${sql.literal(stream)} AND e.version = ${sql.literal(version)} OFFSET 0
  )`

/** Stores events; `id` is the event's. */
export const events = ({ sql }: Database, into: ImportTables, items: ReadonlyArray<RecordedEvent>): Stored =>
  sql<StoredRow>`
    INSERT INTO ${into.events}
      ("position", stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at,
        commit_offset)
    SELECT * FROM unnest(
      ${items.map(({ position }) => BigInt(position))}::bigint[], ${items.map(({ stream }) => stream)}::text[],
      ${items.map(({ version }) => BigInt(version))}::bigint[], ${items.map(({ id }) => id)}::text[]::uuid[],
      ${items.map(({ type }) => type)}::text[], ${items.map(({ schemaVersion }) => schemaVersion)}::smallint[],
      ${items.map(({ data }) => JSON.stringify(data))}::text[]::jsonb[],
      ${items.map(({ metadata }) => JSON.stringify(metadata))}::text[]::jsonb[],
      ${items.map(({ occurredAt }) => DateTime.toDateUtc(occurredAt))}::timestamptz[],
      ${items.map(({ recordedAt }) => DateTime.toDateUtc(recordedAt))}::timestamptz[],
      ${items.map(({ commit, position }) => position - commit)}::int[]
    )
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id::text AS id`

/**
 * Stores keys with the answers to their commits; `id` is the key. A fingerprint of content that comes without its hash is
 * computed from the events. Keys of processes never expire.
 */
export const keys = ({ object, sql }: Database, into: ImportTables, items: ReadonlyArray<CopiedKey>): Stored =>
  sql<StoredRow>`
    INSERT INTO ${into.keys} (key, fingerprint, answer, created_at, never_expires)
    SELECT k.key, coalesce(decode(k.sha256, 'hex'), (
        SELECT ${object("commit_fingerprint")}('', w.streams, w.counts,
          array_agg(e.type ORDER BY c.n, e.version), array_agg(e.data ORDER BY c.n, e.version))
        FROM jsonb_array_elements(k.commit) WITH ORDINALITY AS c (write, n)
        CROSS JOIN LATERAL (
          SELECT e.type, e.data, e.version FROM ${into.events} AS e
          WHERE e.stream = c.write ->> 'stream'
            AND e.version BETWEEN (c.write ->> 'firstVersion')::bigint AND (c.write ->> 'version')::bigint
          OFFSET 0
        ) AS e
      )), w.answer, w.first_recorded_at, k."neverExpires" OR starts_with(k.key, 'refold:')
    FROM jsonb_to_recordset(${JSON.stringify(items)}::text::jsonb)
      AS k (key text, sha256 text, "neverExpires" boolean, commit jsonb)
    CROSS JOIN LATERAL (
      SELECT array_agg(e.stream ORDER BY c.n) AS streams,
        array_agg((e.version - (c.write ->> 'firstVersion')::bigint + 1)::int ORDER BY c.n) AS counts,
        jsonb_agg(to_jsonb(ROW(
          'appended', e.stream, (c.write ->> 'firstVersion')::bigint, e.version, e."position", e.recorded_at, NULL::uuid
        )::${object("append_answer")}) ORDER BY c.n) AS answer,
        (array_agg(e.recorded_at ORDER BY c.n))[1] AS first_recorded_at
      FROM jsonb_array_elements(k.commit) WITH ORDINALITY AS c (write, n)
      CROSS JOIN LATERAL ${eventAt(sql, into, "c.write ->> 'stream'", "(c.write ->> 'version')::bigint")} AS e
    ) AS w
    ON CONFLICT (key) DO NOTHING
    RETURNING key AS id`

/** Stores discards; `id` is that of `discardId`. */
export const discards = ({ sql }: Database, into: ImportTables, items: ReadonlyArray<CopiedDiscard>): Stored =>
  sql<StoredRow>`
    INSERT INTO ${into.discards} (projection, "position", stream, version, reason, discarded_at)
    SELECT d.projection, e."position", e.stream, e.version, d.reason, d.discarded_at
    FROM unnest(
      ${items.map(({ projection }) => projection)}::text[], ${items.map(({ stream }) => stream)}::text[],
      ${items.map(({ version }) => BigInt(version))}::bigint[], ${items.map(({ reason }) => reason)}::text[],
      ${items.map(({ discardedAt }) => DateTime.toDateUtc(discardedAt))}::timestamptz[]
    ) AS d (projection, stream, version, reason, discarded_at)
    CROSS JOIN LATERAL ${eventAt(sql, into, "d.stream", "d.version")} AS e
    ON CONFLICT DO NOTHING
    RETURNING version || ' ' || stream || ' ' || projection AS id`

/** The id of a discard. */
export const discardId = ({ projection, stream, version }: CopiedDiscard): string =>
  `${version} ${stream} ${projection}`

/** Stores a consumer at its place, with its parked streams; `id` is its name. */
export const consumer = (
  { object, sql }: Database,
  into: ImportTables,
  { addition, after, consumer, definition, parked }: CopiedConsumer
): Stored => {
  const position = (place: CopiedConsumer["after"]) =>
    sql`coalesce((
      SELECT e."position" FROM ${into.events} AS e
      WHERE e.stream = ${place?.stream ?? ""}::text AND e.version = ${place?.version ?? 0}::bigint
    ), 0)`
  const streams = parked.map((one) => ({ ...one, parkedAt: DateTime.formatIso(one.parkedAt) }))
  return sql<StoredRow>`
    WITH begun AS (
      INSERT INTO ${object("projection_generations")} (projection, version, definition, status)
      SELECT ${consumer}::text, 1, ${definition}::text, 'Live'
      WHERE NOT EXISTS (SELECT FROM ${object("projection_generations")} AS g WHERE g.projection = ${consumer}::text)
      RETURNING id, projection
    ), placed AS (
      INSERT INTO ${object("projection_partitions")} (generation, "partition", checkpoint, addition)
      SELECT begun.id, 0, ${position(after)}, CASE
        WHEN ${addition === undefined}::boolean THEN NULL
        ELSE jsonb_build_object(
          'definition', ${addition?.definition ?? ""}::text, 'checkpoint', ${position(addition?.after)}
        ) END
      FROM begun
    ), parked AS (
      INSERT INTO ${object("parked_streams")}
        (generation, stream, version, "position", type, stage, reason, attempts, parked_at)
      SELECT begun.id, e.stream, e.version, e."position", p.type, p.stage, p.reason, p.attempts, p."parkedAt"
      FROM begun, jsonb_to_recordset(${JSON.stringify(streams)}::text::jsonb)
        AS p (stream text, version bigint, type text, stage text, reason text, attempts int, "parkedAt" timestamptz)
      CROSS JOIN LATERAL ${eventAt(sql, into, "p.stream", "p.version")} AS e
    )
    SELECT projection AS id FROM begun`
}
