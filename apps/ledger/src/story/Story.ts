/** The story of Meridian Ledger: its chapters in order, and a run of all or some of them. Nothing here prints. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventStore } from "refold/EventStore"
import type * as Chapter from "./Chapter.ts"
import { firstEvents, refusedOverdraft, replay } from "./events/AccountEvents.ts"
import { bankImport } from "./events/BankImport.ts"
import { idempotencyKey, versionConflict } from "./events/ConcurrentCommands.ts"
import { snapshot } from "./events/Snapshot.ts"
import { timeTravel } from "./events/TimeTravel.ts"
import { upcasting } from "./events/Upcasting.ts"
import { bankTotals } from "./projections/BankTotals.ts"
import { pastRows } from "./projections/PastRows.ts"
import { poisonedEvents } from "./projections/PoisonedEvents.ts"
import { projectionRebuild } from "./projections/ProjectionRebuild.ts"
import { inlineProjection, projections, readYourWrites } from "./projections/Projections.ts"
import { storeComparison } from "./projections/StoreComparison.ts"
import { legacyMigration } from "./sql/LegacyMigration.ts"
import { mixedWriters } from "./sql/MixedWriters.ts"
import { type SqlChapter, sqlCommands } from "./sql/SqlCommands.ts"
import * as TotalMoney from "./support/TotalMoney.ts"
import { conservation } from "./transfers/Conservation.ts"
import { commandValidation, depositReversal } from "./transfers/LedgerCommands.ts"
import { multiStreamCommit } from "./transfers/MultiStreamCommit.ts"
import { sagaTimeout } from "./transfers/SagaTimeout.ts"
import { standingOrder } from "./transfers/StandingOrderProcess.ts"
import { sagaCompensation, transferSaga } from "./transfers/TransferSaga.ts"

/** The chapters that run on any store. */
export const onAnyStore: ReadonlyArray<Chapter.StoreChapter> = [
  [firstEvents, refusedOverdraft, versionConflict, idempotencyKey, replay, timeTravel, snapshot, upcasting, bankImport],
  [projections, inlineProjection, readYourWrites, bankTotals, pastRows, projectionRebuild, poisonedEvents],
  [storeComparison, transferSaga, sagaCompensation, sagaTimeout, multiStreamCommit, standingOrder],
  [depositReversal, commandValidation, conservation]
].flat()

/** The chapters that need PostgreSQL itself. */
export const onPostgres: ReadonlyArray<SqlChapter> = [sqlCommands, mixedWriters, legacyMigration]

/** All chapters in their order. */
export const chapters = [...onAnyStore, ...onPostgres]

/** A chapter that has run. */
export interface ChapterRun extends Chapter.ChapterResult {
  readonly name: string
  readonly title: string
  /** False if the chapter ran only because another one needs it. */
  readonly isSelected: boolean
}

/**
 * Runs `selected`, all if left out, in the order of `chapters`, and before each the chapters that it needs. Each
 * chapter starts when the result before it has been taken.
 */
export const run = <R>(
  chapters: ReadonlyArray<Chapter.Chapter<R>>,
  { selected, ...input }: Pick<Chapter.Input, "folder" | "run"> & {
    readonly selected?: ReadonlyArray<string> | undefined
  }
): Stream.Stream<ChapterRun, Chapter.Failure, Exclude<R, Scope.Scope> | Chapter.Services> => {
  const isSelected = ({ name }: Chapter.Chapter<R>) => selected === undefined || selected.includes(name)
  const needed = new Set(chapters.filter(isSelected).flatMap(withNeeds))
  const inOrder = Stream.fromIterable(chapters.filter((chapter) => needed.has(chapter)), { chunkSize: 1 })
  const runs = Effect.gen(function*() {
    const moneyBefore = yield* Effect.cached(TotalMoney.now)
    return Stream.mapEffect(inOrder, (chapter) => {
      const { name, title } = chapter
      const about = { name, title, isSelected: isSelected(chapter) }
      return Effect.map(chapter.run({ ...input, moneyBefore }), (result): ChapterRun => ({ ...about, ...result }))
    })
  })
  return Stream.scoped(Stream.unwrap(runs))
}

const withNeeds = <R>(chapter: Chapter.Chapter<R>): ReadonlyArray<Chapter.Chapter<R>> => [
  ...chapter.needs.flatMap(withNeeds),
  chapter
]

/** The checks that failed. */
export const failedChecks = (runs: ReadonlyArray<ChapterRun>): ReadonlyArray<Chapter.Check> =>
  runs.flatMap(({ checks }) => checks.filter(({ ok }) => !ok))

/** The exit code of a program that ran these chapters: 0 when every check passed, 1 when one failed. */
export const exitCode = (runs: ReadonlyArray<ChapterRun>): number => failedChecks(runs).length === 0 ? 0 : 1

/** The number of events in the store. */
export const eventsStored = Effect.gen(function*() {
  return yield* Stream.runCount((yield* EventStore).readAll())
})
