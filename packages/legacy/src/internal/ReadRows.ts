/** Reads rows of the legacy table with their stored rows, page by page or by their keys. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import type { Session } from "./Session.ts"
import * as SourceRow from "./SourceRow.ts"
import type { SourceTable } from "./SourceTable.ts"

/** Which page to read: at most `limit` keys after a key. */
export interface Range {
  readonly mapping: number
  readonly after: string | undefined
  readonly limit: number
}

/**
 * A page of the legacy table, with rows that share a key together, the stored row of each key, and the captured changes that
 * it includes. All by one statement and so from one snapshot: a change is visible in the queue exactly if it is visible in
 * the row, because both were committed together.
 */
export const readRows = (
  source: SourceTable,
  { after, limit, mapping }: Range
): Effect.Effect<ReadonlyArray<SourceRow.SourceRow>, SqlError.SqlError> => {
  const { database: { object, sql }, parts: { key, keyType, rows } } = source
  const isAfter = after === undefined ? sql.literal("") : sql`AND q.${key} > ${after}::${keyType}`
  return decoded(sql<SourceRow.SourceColumns>`
    WITH page AS MATERIALIZED (
      SELECT q.${key} AS key, count(*) AS copies, min(${object("legacy_row")}(q.*)) AS row
      FROM ${rows} AS q
      WHERE q.${key} IS NOT NULL ${isAfter}
      GROUP BY q.${key}
      ORDER BY q.${key}
      LIMIT ${limit}::int
    )
    SELECT p.text AS key, p.copies, p.row, ${storedColumns(source)}
    FROM (SELECT *, format('%s', key) COLLATE "C" AS text FROM page) AS p
    ${joinStored(source, mapping, sql.literal("p.text"))}
    ORDER BY p.key`)
}

/**
 * As `readRows`, for given keys, whether there are such rows or not. A row whose key is equal by the key's type belongs to
 * this key only if the text is the same, but counts as sharing the key.
 */
export const readKeys = (
  source: SourceTable,
  mapping: number,
  keys: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<SourceRow.SourceRow>, SqlError.SqlError> => {
  if (keys.length === 0) return Effect.succeed([])
  const { database: { object, sql }, parts: { key, keyType, rows } } = source
  return decoded(sql<SourceRow.SourceColumns>`
    SELECT k.key, p.copies, p.row, ${storedColumns(source)}
    FROM unnest(${keys}::text[]) AS k (key)
    CROSS JOIN LATERAL (
      SELECT CASE WHEN bool_or(format('%s', q.${key}) COLLATE "C" = k.key) THEN count(*) ELSE 0 END AS copies,
        min(${object("legacy_row")}(q.*)) FILTER (WHERE format('%s', q.${key}) COLLATE "C" = k.key) AS row
      FROM ${rows} AS q
      WHERE q.${key} = k.key::${keyType}
    ) AS p
    ${joinStored(source, mapping, sql.literal("k.key"))}`)
}

const decoded = (statement: Statement.Statement<SourceRow.SourceColumns>) =>
  Effect.map(statement.unprepared, (rows) => rows.map(SourceRow.decode))

const storedColumns = ({ database: { sql } }: Session): Statement.Fragment =>
  sql.literal(
    "r.stream, r.version, r.row::text AS stored_row, s.skipped, c.changes, " +
      "coalesce(c.captured_at, clock_timestamp()) AS read_at"
  )

// LIMIT, so that each is one index lookup: a join may read all stored rows for each page.
const joinStored = (
  { database: { object, sql } }: Session,
  mapping: number,
  key: Statement.Fragment
): Statement.Fragment =>
  sql`
    LEFT JOIN LATERAL (
      SELECT * FROM ${object("legacy_rows")} r WHERE r.legacy_table = ${mapping}::int AND r.key = ${key} LIMIT 1
    ) AS r ON true
    LEFT JOIN LATERAL (
      SELECT true AS skipped FROM ${object("legacy_skipped")} s
      WHERE s.legacy_table = ${mapping}::int AND s.key = ${key} LIMIT 1
    ) AS s ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(c.id ORDER BY c.id) AS changes, max(c.captured_at) AS captured_at
      FROM ${object("legacy_changes")} c
      WHERE c.legacy_table = ${mapping}::int AND left(c.key, 200) = left(${key}, 200) AND c.key = ${key}
    ) AS c ON true`
