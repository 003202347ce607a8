/** The rows of the legacy table whose key is NULL. They are on the list of skipped rows as one entry. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import type { Skipped } from "../LegacyReport.ts"
import * as SkippedRows from "./SkippedRows.ts"
import type { SourceTable } from "./SourceTable.ts"

/** The entry; None when every row has a key. */
export const find = (
  { database: { sql }, parts: { key, rows } }: SourceTable
): Effect.Effect<Option.Option<Skipped>, SqlError.SqlError> =>
  Effect.map(
    sql<{ readonly rows: bigint }>`SELECT count(*) AS rows FROM ${rows} AS q WHERE q.${key} IS NULL`.unprepared,
    ([row]) => {
      const rows = Number(row!.rows)
      return rows === 0 ? Option.none() : Option.some({ key: null, rows, reason: "the key is NULL" })
    }
  )

/** Writes the entry, or removes it when there are no such rows; gives their number. */
export const save = Effect.fnUntraced(
  function*(source: SourceTable, mapping: number): Effect.fn.Return<number, SqlError.SqlError> {
    const found = yield* find(source)
    yield* Option.isSome(found)
      ? SkippedRows.save(source, mapping, [found.value])
      : SkippedRows.removeWithoutKey(source, mapping)
    return countOf(found)
  }
)

/** The number of rows of an entry. */
export const countOf = (found: Option.Option<Skipped>): number =>
  Option.match(found, { onNone: () => 0, onSome: ({ rows }) => rows })
