/** The queue of captured changes, as the mapping's query sees their rows. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import type { Session } from "./Session.ts"
import type { StoredColumns } from "./SourceRow.ts"
import type { SourceTable } from "./SourceTable.ts"

/** A captured change, with the stored row of its key. */
export interface ChangeRow extends StoredColumns {
  readonly id: bigint
  readonly key: string | null
  /** The key in the query's row; null when the query returns no row. */
  readonly query_key: string | null
  readonly captured_at: Date
  readonly copies_before: bigint
  readonly before: string | null
  readonly copies_after: bigint
  readonly after: string | null
}

/** The oldest changes of a mapping. */
export const read = (
  source: SourceTable,
  mapping: number,
  limit: number
): Effect.Effect<ReadonlyArray<ChangeRow>, SqlError.SqlError> => {
  const { database: { object, sql } } = source
  return sql<ChangeRow>`
    SELECT c.id, c.key, c.captured_at, b.copies AS copies_before, b.row AS before, a.copies AS copies_after,
      a.row AS after, coalesce(a.key, b.key) AS query_key,
      r.stream, r.version, r.row::text AS stored_row, s.skipped
    FROM (
      SELECT * FROM ${object("legacy_changes")} WHERE legacy_table = ${mapping}::int ORDER BY id LIMIT ${limit}::int
    ) AS c
    CROSS JOIN LATERAL (${seenByQuery(source, sql.literal("c.before"))}) AS b
    CROSS JOIN LATERAL (${seenByQuery(source, sql.literal("c.after"))}) AS a
    LEFT JOIN LATERAL (
      SELECT * FROM ${object("legacy_rows")} r WHERE r.legacy_table = ${mapping}::int AND r.key = c.key LIMIT 1
    ) AS r ON true
    LEFT JOIN LATERAL (
      SELECT true AS skipped FROM ${object("legacy_skipped")} s
      WHERE s.legacy_table = ${mapping}::int AND s.key = c.key LIMIT 1
    ) AS s ON true
    ORDER BY c.id`.unprepared
}

// The query's rows over a relation that holds only this captured row, or none. OFFSET 0, so that the record is made once and
// not once for each column.
const seenByQuery = (
  { database: { object, sql }, parts: { capturedRows, key, table }, relation }: SourceTable,
  texts: Statement.Fragment
): Statement.Fragment =>
  sql`
    WITH captured AS (
      SELECT (r.row).*
      FROM (SELECT ${object("legacy_record")}(${relation}::text::regclass, ${texts})::${table} AS row OFFSET 0) AS r
      WHERE ${texts} IS NOT NULL
    )
    SELECT count(*) AS copies, min(${object("legacy_row")}(q.*)) AS row,
      min(format('%s', q.${key}) COLLATE "C") FILTER (WHERE q.${key} IS NOT NULL) AS key
    FROM ${capturedRows} AS q`

/** Removes changes that became events, or that a read row includes. */
export const remove = (
  { database: { object, sql } }: Session,
  ids: ReadonlyArray<bigint>
): Effect.Effect<void, SqlError.SqlError> =>
  ids.length === 0
    ? Effect.void
    : Effect.asVoid(sql`DELETE FROM ${object("legacy_changes")} WHERE id = ANY (${ids}::bigint[])`.unprepared)
