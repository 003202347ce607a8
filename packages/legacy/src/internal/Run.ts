/** A run over a whole legacy table and its progress, stored so that an interrupted run continues. */
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import type { SeedReport } from "../LegacyReport.ts"
import type { Counts } from "./ApplyPlans.ts"
import type { Session } from "./Session.ts"

/** First the rows of the table, then the stored rows, which may have been removed. */
type Phase = "Rows" | "Removed" | "Done"

/** The progress of a run, and its findings. */
export interface Run extends Counts {
  readonly id: number
  readonly phase: Phase
  /** The last key of the phase that was processed. */
  readonly after: string | undefined
  readonly rows: number
}

/** Before the first row. */
export const start: Run = {
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

const decode = (row: RunRow): Run => ({
  id: row.id,
  phase: row.phase,
  after: row.after ?? undefined,
  rows: Number(row.rows_read),
  seeded: Number(row.seeded),
  changed: Number(row.changed),
  removed: Number(row.removed),
  events: Number(row.events)
})

/** The run with this id; without an id, the unfinished run of the mapping, or a new one. */
export const resume = Effect.fnUntraced(function*(
  session: Session,
  mapping: number,
  id: number | undefined
): Effect.fn.Return<Run, SqlError.SqlError> {
  const { object, sql } = session.database
  const which = id === undefined ? sql`phase <> 'Done'` : sql`id = ${id}::int`
  const [found] = yield* sql<RunRow>`
    SELECT ${columns(session)} FROM ${object("legacy_runs")} WHERE legacy_table = ${mapping}::int AND ${which}`
    .unprepared
  if (found !== undefined) return decode(found)
  const [begun] = yield* sql<RunRow>`
    INSERT INTO ${object("legacy_runs")} (legacy_table) VALUES (${mapping}::int) RETURNING ${columns(session)}`
    .unprepared
  return decode(begun!)
})

const columns = ({ database: { sql } }: Session): Statement.Fragment =>
  sql.literal("id, phase, after, rows_read, seeded, changed, removed, events")

/** Stores the progress of a run, in the transaction that stores its findings. */
export const save = (
  { database: { object, sql } }: Session,
  { after, changed, events, id, phase, removed, rows, seeded }: Run
): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(
    sql`
    UPDATE ${object("legacy_runs")} SET
      phase = ${phase}::text, after = ${after ?? null}::text, rows_read = ${rows}::bigint,
      seeded = ${seeded}::bigint, changed = ${changed}::bigint, removed = ${removed}::bigint, events = ${events}::bigint,
      finished_at = CASE WHEN ${phase}::text = 'Done' THEN clock_timestamp() END
    WHERE id = ${id}::int`.unprepared
  )

/** Whether a run of the mapping has finished. */
export const hasFinished = ({ database: { object, sql }, name }: Session): Effect.Effect<boolean, SqlError.SqlError> =>
  Effect.map(
    sql<{ readonly finished: boolean }>`
      SELECT EXISTS (
        SELECT FROM ${object("legacy_tables")} t JOIN ${object("legacy_runs")} r ON r.legacy_table = t.id
        WHERE t.name = ${name}::text AND r.phase = 'Done'
      ) AS finished`.unprepared,
    ([row]) => row!.finished
  )

/** The run after one more page. */
export const add = (run: Run, counts: Counts, place: Pick<Run, "phase" | "after" | "rows">): Run => ({
  ...run,
  ...place,
  seeded: run.seeded + counts.seeded,
  changed: run.changed + counts.changed,
  removed: run.removed + counts.removed,
  events: run.events + counts.events
})

/** The report of a run. */
export const report = (
  { changed, events, removed, rows, seeded }: Run,
  skipped: Pick<SeedReport, "skipped" | "skippedRows">
): SeedReport => ({ rows, seeded, changed, removed, events, ...skipped })
