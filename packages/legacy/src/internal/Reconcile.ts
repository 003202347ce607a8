/** Compares the rows of a legacy table with the states of their streams, page by page, each page in one snapshot. */
import type { Tagged } from "@refold/core/event/EventType"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SeedOptions } from "../LegacyMapping.ts"
import type { Failure, Reconciliation } from "../LegacyReport.ts"
import { decoder } from "./ChangeMapper.ts"
import { compareRemoved } from "./CompareRemoved.ts"
import { compareRows, type Comparing } from "./CompareRows.ts"
import * as Comparison from "./Comparison.ts"
import { totalOf } from "./Progress.ts"
import type { Session } from "./Session.ts"
import * as Settings from "./Settings.ts"
import * as SkippedRows from "./SkippedRows.ts"
import * as SourceTable from "./SourceTable.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"

/** Compares the whole table. */
export const reconcile = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SeedOptions = {}
): Effect.fn.Return<Reconciliation, Failure, SqlClient.SqlClient> {
  return yield* compare(yield* SourceTable.open(mapping, "reconcile"), mapping, options)
})

/** As `reconcile`, for a table that was found; in the caller's transaction, if there is one. */
export const compare = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: SourceTable.SourceTable,
  mapping: LegacyMapping<Row, State, Event>,
  options: SeedOptions
): Effect.fn.Return<Reconciliation, EventStoreError> {
  const { onProgress = () => Effect.void } = options
  const total = yield* totalOf(source, options)
  const id = (yield* snapshot(source, StoredMapping.find(source)))?.id ?? 0
  const found = Comparison.make()
  const comparing: Comparing<Row, State, Event> = { source, mapping, id, found, decode: decoder(mapping) }
  yield* eachPage((after) =>
    Effect.tap(snapshot(source, compareRows(comparing, after)), () => onProgress(found.rows, total))
  )
  yield* eachPage((after) => snapshot(source, compareRemoved(comparing, after)))
  const skipped = Effect.all({ count: SkippedRows.count(source, id), first: SkippedRows.page(source, id) })
  return found.report(yield* snapshot(source, skipped))
})

/** Runs a page after another until one has no last key. */
const eachPage = Effect.fnUntraced(function*<E>(
  page: (after: string | undefined) => Effect.Effect<string | undefined, E>
): Effect.fn.Return<void, E> {
  let after: string | undefined
  do {
    after = yield* page(after)
  } while (after !== undefined)
})

/** One snapshot for everything that is read; in a transaction of the caller's, that transaction's. */
const snapshot = <A>(
  session: Session,
  effect: Effect.Effect<A, EventStoreError | SqlError.SqlError>
): Effect.Effect<A, EventStoreError> =>
  transaction(
    session,
    Effect.andThen(Settings.apply(session.database.sql), effect),
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
  )
