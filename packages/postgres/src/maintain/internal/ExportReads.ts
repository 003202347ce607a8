/** What an export reads besides the log: its last position, idempotency keys, discarded events, and the state of consumers. */
import { Position } from "@refold/core/event/Position"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { CopiedConsumer, CopiedDiscard, CopiedKey } from "@refold/store/maintain/Maintenance"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import { pages } from "./KeysetPages.ts"

const operation = "export"

// Small, because the answer under a key names up to a thousand streams.
const keysPerPage = 100
const discardsPerPage = 1000

/**
 * The last position that divides no commit. Events of concurrent commits are interleaved, and open transactions hold the head
 * back, so the head may be inside a commit. Moving the end before that commit may divide others, so this is repeated.
 */
export const wholeCommits = (database: Database, upTo: Position): Effect.Effect<Position, EventStoreError> => {
  const { object, sql } = database
  const statement = sql<{ readonly position: number }>`
    WITH RECURSIVE cut AS (
      SELECT ${upTo}::bigint AS "position"
      UNION ALL
      SELECT split.first - 1 FROM cut CROSS JOIN LATERAL (
        SELECT min(e."position" - e.commit_offset) AS first FROM ${object("event_store")} AS e
        WHERE e."position" > cut."position" AND e."position" - e.commit_offset <= cut."position"
      ) AS split WHERE split.first IS NOT NULL
    )
    SELECT min(cut."position")::float8 AS position FROM cut`
  return Effect.map(query(database, operation, statement), ([row]) => Position(row!.position))
}

/** The idempotency keys of commits that ended at or before a position, in pages. */
export const keys = (database: Database, upTo: Position): Stream.Stream<CopiedKey, EventStoreError> =>
  pages(
    database,
    operation,
    keysPerPage,
    (after: CopiedKey | undefined) => selectKeys(database, after?.key ?? "", upTo)
  )

// The fingerprint of the content is computed again from the events and compared with the stored one.
const selectKeys = ({ object, sql }: Database, after: string, upTo: Position) =>
  sql<CopiedKey>`
    SELECT k.key, encode(k.fingerprint, 'hex') AS sha256, k.never_expires AS "neverExpires", w.writes AS commit,
      k.fingerprint = c.fingerprint AS "isOfContent"
    FROM (
      SELECT k.* FROM ${object("idempotency_keys")} AS k
      WHERE k.key > ${after}::text AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(k.answer) AS a WHERE (a ->> 'position')::bigint > ${upTo}::bigint
      )
      ORDER BY k.key LIMIT ${sql.literal(String(keysPerPage))}
    ) AS k
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object(
          'stream', a.write -> 'stream', 'firstVersion', a.write -> 'first_version', 'version', a.write -> 'version'
        ) ORDER BY a.n) AS writes
      FROM jsonb_array_elements(k.answer) WITH ORDINALITY AS a (write, n)
    ) AS w
    CROSS JOIN LATERAL ${object("content_fingerprint")}(k.answer) AS c
    ORDER BY k.key`

type DiscardRow = Omit<CopiedDiscard, "discardedAt"> & {
  readonly discardedAt: Date
  readonly position: number
}

/** The discarded events up to a position, in pages. */
export const discards = (database: Database, upTo: Position): Stream.Stream<CopiedDiscard, EventStoreError> =>
  Stream.map(
    pages(
      database,
      operation,
      discardsPerPage,
      (after: DiscardRow | undefined) => selectDiscards(database, after, upTo)
    ),
    ({ discardedAt, position: _position, ...discard }) => ({
      ...discard,
      discardedAt: DateTime.fromDateUnsafe(discardedAt)
    })
  )

const selectDiscards = ({ object, sql }: Database, after: DiscardRow | undefined, upTo: Position) =>
  sql<DiscardRow>`
    SELECT d.projection, d."position"::float8 AS position, d.stream, d.version::float8 AS version, d.reason,
      d.discarded_at AS "discardedAt"
    FROM ${object("discarded_events")} AS d
    WHERE d."position" <= ${upTo}::bigint
      AND (d.projection, d."position") > (${after?.projection ?? ""}::text, ${after?.position ?? 0}::bigint)
    ORDER BY d.projection, d."position" LIMIT ${sql.literal(String(discardsPerPage))}`

type ConsumerRow = Omit<CopiedConsumer, "after" | "addition" | "parked"> & {
  readonly after: CopiedConsumer["after"] | null
  readonly addition: string | null
  readonly additionAfter: CopiedConsumer["after"] | null
  readonly parked: ReadonlyArray<Omit<CopiedConsumer["parked"][number], "parkedAt"> & { readonly parkedAt: number }>
}

/**
 * The consumers. One statement, so that checkpoints and parked streams are of the same moment. Several partitions are exported as
 * one, at the lowest of their checkpoints: a stream that is parked after it is delivered again, and an addition of event types
 * begins again.
 */
export const consumers = (
  database: Database,
  upTo: Position
): Effect.Effect<ReadonlyArray<CopiedConsumer>, EventStoreError> =>
  Effect.map(
    query(database, operation, selectConsumers(database, upTo)),
    (rows) =>
      rows.map(({ addition, additionAfter, after, parked, ...row }) => ({
        ...row,
        after: after ?? undefined,
        addition: addition === null ? undefined : { definition: addition, after: additionAfter ?? undefined },
        parked: parked.map((stream) => ({ ...stream, parkedAt: DateTime.makeUnsafe(stream.parkedAt) }))
      }))
  )

const selectConsumers = (database: Database, upTo: Position) => {
  const { object, sql } = database
  const place = (checkpoint: string) =>
    sql`(
      SELECT jsonb_build_object('stream', e.stream, 'version', e.version) FROM ${object("event_store")} AS e
      WHERE e."position" <= least(${sql.literal(checkpoint)}, ${upTo}::bigint) ORDER BY e."position" DESC LIMIT 1
    )`
  return sql<ConsumerRow>`
    SELECT g.projection AS consumer, g.definition, ${place("g.checkpoint")} AS after,
      CASE WHEN g.partitions = 1 THEN g.addition ->> 'definition' END AS addition,
      ${place("(g.addition ->> 'checkpoint')::bigint")} AS "additionAfter",
      coalesce((
        SELECT jsonb_agg(jsonb_build_object(
          'stream', p.stream, 'version', p.version, 'type', p.type, 'stage', p.stage, 'reason', p.reason,
          'attempts', p.attempts, 'parkedAt', floor(extract(epoch FROM p.parked_at) * 1000)
        ) ORDER BY p."position")
        FROM (
          SELECT DISTINCT ON (k.stream) k.* FROM ${object("parked_streams")} AS k
          WHERE k.generation = g.id AND k."position" <= least(g.checkpoint, ${upTo}::bigint)
          ORDER BY k.stream, k."position"
        ) AS p
      ), '[]') AS parked
    FROM ${object("projections")} AS g
    WHERE g.status = 'Live' AND starts_with(g.definition, '{"kind":"consumer"') ORDER BY g.projection`
}
