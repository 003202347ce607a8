/** Runs the app's projections: each follows the log in the background, and builds the rows that queries read. */
import * as Effect from "effect/Effect"
import type { Position } from "refold/Position"
import * as ProjectionStatus from "refold/ProjectionStatus"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import * as Balances from "./projection/Balances.ts"
import * as DailyTotals from "./projection/DailyTotals.ts"
import * as Statements from "./projection/Statements.ts"
import * as TopAccounts from "./projection/TopAccounts.ts"

// All projections of the app.
const projections = [
  Balances.projection,
  Statements.projection,
  DailyTotals.projection,
  TopAccounts.projection
] as const

/** Runs all projections until the scope closes; any number of processes may. */
export const start = Effect.gen(function*() {
  // Handlers write these rows as well; the projector folds events that were appended without a handler.
  yield* Projector.start(Balances.projection)
  yield* Projector.start(Statements.projection)
  yield* Projector.start(DailyTotals.projection)
  yield* Projector.start(TopAccounts.projection)
})

/** Brings all projections up to the end of the log as it is now, and ends. */
export const catchUp = Effect.gen(function*() {
  yield* Projector.catchUp(Balances.projection)
  yield* Projector.catchUp(Statements.projection)
  yield* Projector.catchUp(DailyTotals.projection)
  yield* Projector.catchUp(TopAccounts.projection)
})

/** Waits until all rows include the log up to a position, without a timeout for a first build. */
export const awaitAll = (position: Position) =>
  Effect.forEach(
    projections,
    (projection) => ReadModel.awaitPosition(projection, position, { timeout: "1 hour", every: "20 millis" }),
    { discard: true }
  )

/** The status of the projections. */
export const status = Effect.forEach(projections, (projection) => ProjectionStatus.of(projection))
