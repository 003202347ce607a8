/** A run over a legacy table in read-only transactions: the server refuses every write. */
import type { Tagged } from "@refold/core/event/EventType"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SeedOptions } from "../LegacyMapping.ts"
import type { Failure, SeedReport, Skipped } from "../LegacyReport.ts"
import { conflict } from "./AppendEach.ts"
import * as ApplyPlans from "./ApplyPlans.ts"
import * as CheckMapping from "./CheckMapping.ts"
import * as Plan from "./Plan.ts"
import { defaultBatchSize, totalOf } from "./Progress.ts"
import * as ReadPage from "./ReadPage.ts"
import * as RowsWithoutKey from "./RowsWithoutKey.ts"
import * as Run from "./Run.ts"
import type { Session } from "./Session.ts"
import * as Settings from "./Settings.ts"
import { mostListed } from "./SkippedRows.ts"
import * as SourceTable from "./SourceTable.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"

/** The report that `seed` would give now. */
export const dryRun = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SeedOptions = {}
): Effect.fn.Return<SeedReport, Failure, SqlClient.SqlClient> {
  const { batchSize = defaultBatchSize, onProgress } = options
  const source = yield* SourceTable.open(mapping, "dryRun")
  const limit = yield* Effect.fromResult(CheckMapping.checkBatchSize(batchSize))
  const total = yield* totalOf(source, options)
  const known = yield* readOnly(source, StoredMapping.find(source))
  let run: Run.Run = Run.start
  const listed: Array<Skipped> = []
  let skipped = 0
  while (run.phase !== "Done") {
    const { count, counts, next, skips } = yield* readOnly(source, planPage(source, known?.id ?? 0, run, limit))
    skipped += skips.reduce((sum, { key, rows }) => sum + (key === null ? rows : 1), 0)
    listed.push(...skips.slice(0, mostListed - listed.length))
    run = Run.add(run, counts, { ...next, rows: run.rows + count })
    if (onProgress !== undefined) yield* onProgress(run.rows, total)
  }
  return Run.report(run, { skipped, skippedRows: listed })
})

const readOnly = <A>(
  session: Session,
  effect: Effect.Effect<A, SqlError.SqlError>
): Effect.Effect<A, EventStoreError> => transaction(session, effect, "BEGIN READ ONLY")

const planPage = Effect.fnUntraced(
  function*(source: SourceTable.SourceTable, mapping: number, run: Run.Run, limit: number) {
    yield* Settings.apply(source.database.sql)
    const { count, next, rows } = yield* ReadPage.read(source, mapping, run, limit)
    const plans = rows.map((row) => Plan.ofRow(source, row))
    const writes = plans.filter((plan) => plan._tag === "Write")
    const refused = yield* findRefused(source, writes)
    const skips = plans.flatMap((plan): ReadonlyArray<Skipped> =>
      plan._tag === "Skip" ? [{ key: plan.key, rows: plan.rows, reason: plan.reason }] : []
    )
    const isLast = run.phase === "Rows" && next.phase !== "Rows"
    const withoutKey = isLast ? yield* RowsWithoutKey.find(source) : Option.none()
    return {
      next,
      count: count + RowsWithoutKey.countOf(withoutKey),
      skips: [...skips, ...refused.values(), ...Option.toArray(withoutKey)],
      counts: ApplyPlans.count(writes.filter((write) => !refused.has(write)))
    }
  }
)

// The writes that the store would refuse by their streams' versions.
const findRefused = Effect.fnUntraced(function*(
  session: Session,
  writes: ReadonlyArray<Plan.Write>
): Effect.fn.Return<ReadonlyMap<Plan.Write, Skipped>, SqlError.SqlError> {
  const appending = writes.filter(({ events }) => events.length > 0)
  const versions = yield* streamVersions(session, appending.map(({ next }) => next.stream))
  const refused = new Map<Plan.Write, Skipped>()
  for (const [index, { version }] of versions.entries()) {
    const write = appending[index]!
    if (Number(version) !== write.expected) {
      refused.set(write, { key: write.key, rows: 1, reason: conflict(write, version) })
    }
  }
  return refused
})

// In the order of the streams. LATERAL, so that each is one index lookup.
const streamVersions = ({ database: { object, sql } }: Session, streams: ReadonlyArray<string | undefined>) =>
  sql<{ readonly version: bigint }>`
    SELECT coalesce(last.version, 0) AS version
    FROM unnest(${streams}::text[]) WITH ORDINALITY AS wanted (stream, number)
    LEFT JOIN LATERAL (
      SELECT e.version FROM ${object("event_store")} e WHERE e.stream = wanted.stream ORDER BY e.version DESC LIMIT 1
    ) AS last ON true
    ORDER BY wanted.number`.unprepared
