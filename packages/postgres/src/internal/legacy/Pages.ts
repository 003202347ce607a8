/** The pages that a walk through a legacy table reads: of its rows, and of what is remembered of rows that are gone. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import * as Sighting from "./Sighting.ts"
import type { Query } from "./Source.ts"
import type { Walk } from "./Walk.ts"

/** What a page holds, and where the walk is after it. */
export interface Page {
  readonly sightings: ReadonlyArray<Sighting.Sighting>
  /** Rows of the legacy table, beside those that are gone. */
  readonly rows: number
  readonly next: Pick<Walk, "phase" | "after">
}

/** The next page of a walk. */
export const read = (
  query: Query,
  id: number,
  { after, phase }: Pick<Walk, "phase" | "after">,
  limit: number
): Effect.Effect<Page, SqlError.SqlError> =>
  phase === "Rows" ? readRows(query, { id, after, limit }) : readRemoved(query, { id, after, limit })

interface Range {
  readonly id: number
  readonly after: string | undefined
  readonly limit: number
}

const readRows = (query: Query, { after, id, limit }: Range): Effect.Effect<Page, SqlError.SqlError> =>
  Effect.map(query<Sighting.SightingRow>("read_page", { id, after, limit }), (rows) => {
    const sightings = rows.map(Sighting.decode)
    return {
      sightings,
      rows: sightings.reduce((sum, { copies }) => sum + copies, 0),
      next: rows.length < limit ? { phase: "Removed", after: undefined } : { phase: "Rows", after: rows.at(-1)!.key }
    }
  })

interface MissingRow {
  readonly rows: bigint
  readonly last: string | null
  readonly missing: ReadonlyArray<string>
}

const readRemoved = Effect.fnUntraced(function*(
  query: Query,
  { after, id, limit }: Range
): Effect.fn.Return<Page, SqlError.SqlError> {
  const [page] = yield* query<MissingRow>("read_missing", { id, after, limit })
  const { last, missing, rows } = page!
  return {
    // Read again: one that is gone in that snapshot may be back in this one.
    sightings: yield* readKeys(query, id, missing),
    rows: 0,
    next: last === null || Number(rows) < limit
      ? { phase: "Done", after: undefined }
      : { phase: "Removed", after: last }
  }
})

/** These keys as they are now, whether they are there or not. */
export const readKeys = (
  query: Query,
  id: number,
  keys: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Sighting.Sighting>, SqlError.SqlError> =>
  keys.length === 0
    ? Effect.succeed([])
    : Effect.map(query<Sighting.SightingRow>("read_keys", { id, keys }), (rows) => rows.map(Sighting.decode))
