/** A walk through a whole legacy table as the store remembers it, so that one that was cut off is gone on with. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type { SeedReport } from "../../LegacyReport.ts"
import type { Query } from "./Source.ts"
import type { Tally } from "./Storing.ts"

/** First the rows of the table, then those that are remembered and may be gone. */
type Phase = "Rows" | "Removed" | "Done"

/** How far a walk has come, and what it has found by then. */
export interface Walk extends Tally {
  readonly id: number
  readonly phase: Phase
  /** The last key of the phase that is done with. */
  readonly after: string | undefined
  readonly rows: number
}

/** Before the first row. */
export const start: Walk = {
  id: 0,
  phase: "Rows",
  after: undefined,
  rows: 0,
  seeded: 0,
  changed: 0,
  removed: 0,
  events: 0
}

interface RunRow {
  readonly id: number
  readonly phase: Phase
  readonly after: string | null
  readonly rows_read: bigint
  readonly seeded: bigint
  readonly changed: bigint
  readonly removed: bigint
  readonly events: bigint
}

const decode = (row: RunRow): Walk => ({
  id: row.id,
  phase: row.phase,
  after: row.after ?? undefined,
  rows: Number(row.rows_read),
  seeded: Number(row.seeded),
  changed: Number(row.changed),
  removed: Number(row.removed),
  events: Number(row.events)
})

/** This walk, or else the one that is under way, or else a new one. */
export const resume = Effect.fnUntraced(function*(
  query: Query,
  table: number,
  walk: number | undefined
): Effect.fn.Return<Walk, SqlError.SqlError> {
  const not_phase = walk === undefined ? "Done" : undefined
  const [found] = yield* query<RunRow>("find_run", { id: table, not_phase, run: walk })
  return decode(found ?? (yield* query<RunRow>("begin_run", { id: table }))[0]!)
})

/** Remembers how far a walk has come. */
export const save = (
  query: Query,
  { after, changed, events, id, phase, removed, rows, seeded }: Walk
): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(query("save_run", {
    run: id,
    phase,
    has_after: after !== undefined,
    after: after ?? "",
    rows_read: rows,
    seeded,
    changed,
    removed,
    events
  }))

/** The walk after a part of it. */
export const add = (walk: Walk, tally: Tally, place: Pick<Walk, "phase" | "after" | "rows">): Walk => ({
  ...walk,
  ...place,
  seeded: walk.seeded + tally.seeded,
  changed: walk.changed + tally.changed,
  removed: walk.removed + tally.removed,
  events: walk.events + tally.events
})

/** What a walk has come to, as its caller is told. */
export const report = (
  { changed, events, removed, rows, seeded }: Walk,
  skipped: Pick<SeedReport, "skipped" | "skippedRows">
): SeedReport => ({ rows, seeded, changed, removed, events, ...skipped })
