/** The pages of a run: rows of the legacy table, then stored rows that are no longer in it. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import { type Range, readKeys, readRows } from "./ReadRows.ts"
import type { Run } from "./Run.ts"
import type { SourceRow } from "./SourceRow.ts"
import type { SourceTable } from "./SourceTable.ts"

/** A page, and the start of the next one. */
export interface Page {
  readonly rows: ReadonlyArray<SourceRow>
  /** The number of rows of the legacy table in the page. */
  readonly count: number
  readonly next: Pick<Run, "phase" | "after">
}

/** Reads the next page of a run. */
export const read = (
  source: SourceTable,
  mapping: number,
  { after, phase }: Pick<Run, "phase" | "after">,
  limit: number
): Effect.Effect<Page, SqlError.SqlError> =>
  phase === "Rows" ? readPresent(source, { mapping, after, limit }) : readRemoved(source, { mapping, after, limit })

const readPresent = (source: SourceTable, range: Range): Effect.Effect<Page, SqlError.SqlError> =>
  Effect.map(readRows(source, range), (rows) => ({
    rows,
    count: rows.reduce((sum, { copies }) => sum + copies, 0),
    next: rows.length < range.limit
      ? { phase: "Removed", after: undefined }
      : { phase: "Rows", after: rows.at(-1)!.key }
  }))

interface RemovedPage {
  readonly rows: bigint
  readonly last: string | null
  readonly missing: ReadonlyArray<string>
}

const readRemoved = Effect.fnUntraced(function*(
  source: SourceTable,
  range: Range
): Effect.fn.Return<Page, SqlError.SqlError> {
  const { last, missing, rows } = yield* findRemoved(source, range)
  return {
    // Read again: a row that is missing in that snapshot may be back in this one.
    rows: yield* readKeys(source, range.mapping, missing),
    count: 0,
    next: last === null || Number(rows) < range.limit
      ? { phase: "Done", after: undefined }
      : { phase: "Removed", after: last }
  }
})

/** The condition that no row of the legacy table has the text of this key, also if the key's type compares other texts as equal. */
export const isMissing = (
  { database: { sql }, parts: { key, keyType, rows } }: SourceTable,
  text: Statement.Fragment
): Statement.Fragment =>
  sql`NOT EXISTS (
    SELECT FROM ${rows} AS q WHERE q.${key} = ${text}::${keyType} AND format('%s', q.${key}) COLLATE "C" = ${text}
  )`

// A page of the stored rows, and which of them are no longer in the legacy table. The key is collated as by default, so that
// it is compared by the key column's own collation.
const findRemoved = (
  source: SourceTable,
  { after, limit, mapping }: Range
): Effect.Effect<RemovedPage, SqlError.SqlError> => {
  const { database: { object, sql } } = source
  const isAfter = after === undefined ? sql.literal("") : sql`AND r.key > ${after}::text`
  const found = sql<RemovedPage>`
    WITH page AS MATERIALIZED (
      SELECT r.key COLLATE "default" AS key FROM ${object("legacy_rows")} r
      WHERE r.legacy_table = ${mapping}::int AND r.row IS NOT NULL ${isAfter}
      ORDER BY r.key
      LIMIT ${limit}::int
    )
    SELECT count(*) AS rows, max(p.key COLLATE "C") AS last,
      coalesce(array_agg(p.key) FILTER (WHERE ${isMissing(source, sql.literal("p.key"))}), '{}') AS missing
    FROM page AS p`
  return Effect.map(found.unprepared, ([page]) => page!)
}
