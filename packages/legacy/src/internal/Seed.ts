/** Reads a legacy table and stores the events of its rows: each batch is one transaction. */
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SeedOptions } from "../LegacyMapping.ts"
import type { Failure, SeedReport, SwitchedOver } from "../LegacyReport.ts"
import * as ApplyPlans from "./ApplyPlans.ts"
import * as CapturedChanges from "./CapturedChanges.ts"
import * as CheckMapping from "./CheckMapping.ts"
import * as Plan from "./Plan.ts"
import { defaultBatchSize, totalOf } from "./Progress.ts"
import * as ReadPage from "./ReadPage.ts"
import * as RowsWithoutKey from "./RowsWithoutKey.ts"
import * as Run from "./Run.ts"
import * as Session from "./Session.ts"
import * as SkippedRows from "./SkippedRows.ts"
import type { SourceRow } from "./SourceRow.ts"
import * as SourceTable from "./SourceTable.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"

/** Finishes the unfinished run, or makes a new one. */
export const seed = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SeedOptions = {}
): Effect.fn.Return<SeedReport, Failure, SqlClient.SqlClient> {
  return yield* runToEnd(yield* SourceTable.open(mapping, "seed"), options)
})

/** As `seed`, for a table that was found; in the caller's transaction, if there is one. */
export const runToEnd = Effect.fnUntraced(function*(
  source: SourceTable.SourceTable,
  options: SeedOptions
): Effect.fn.Return<SeedReport, Failure> {
  const { batchSize = defaultBatchSize, onProgress } = options
  const limit = yield* Effect.fromResult(CheckMapping.checkBatchSize(batchSize))
  const total = yield* totalOf(source, options)
  let run: Run.Run = Run.start
  let mapping = 0
  while (run.phase !== "Done") {
    ;({ mapping, run } = yield* transaction(source, processPage(source, limit, run.id === 0 ? undefined : run.id)))
    if (onProgress !== undefined) yield* onProgress(run.rows, total)
  }
  const listed = Effect.all({
    skipped: SkippedRows.count(source, mapping),
    skippedRows: SkippedRows.page(source, mapping)
  })
  return Run.report(run, yield* Session.reported(source, listed))
})

type BatchFailure = InvalidInput | SwitchedOver | EventStoreError | SqlError.SqlError

const processPage = Effect.fnUntraced(function*(
  source: SourceTable.SourceTable,
  limit: number,
  id: number | undefined
): Effect.fn.Return<{ readonly run: Run.Run; readonly mapping: number }, BatchFailure> {
  const { id: mapping } = yield* StoredMapping.lock(source)
  const run = yield* Run.resume(source, mapping, id)
  // Another process has finished this run.
  if (run.phase === "Done") return { run, mapping }
  const { count, next, rows } = yield* ReadPage.read(source, mapping, run, limit)
  const counts = yield* apply(source, mapping, rows)
  const isLast = run.phase === "Rows" && next.phase !== "Rows"
  const withoutKey = isLast ? yield* RowsWithoutKey.save(source, mapping) : 0
  if (next.phase === "Done") yield* SkippedRows.removeBefore(source, mapping, run.id)
  const reached = Run.add(run, counts, { ...next, rows: run.rows + count + withoutKey })
  yield* Run.save(source, reached)
  return { run: reached, mapping }
})

/** Plans and applies rows that were read, and removes the captured changes that they include. */
const apply = Effect.fnUntraced(function*(
  source: SourceTable.SourceTable,
  mapping: number,
  rows: ReadonlyArray<SourceRow>
): Effect.fn.Return<ApplyPlans.Counts, EventStoreError | SqlError.SqlError> {
  const applied = yield* ApplyPlans.apply(source, mapping, rows.map((row) => Plan.ofRow(source, row)))
  yield* CapturedChanges.remove(source, rows.flatMap(({ changes }) => changes))
  return applied
})
