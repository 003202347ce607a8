/** The app's projections at work: each follows the log in the background, and makes the rows that queries read. */
import * as Effect from "effect/Effect"
import type { Position } from "refold/Position"
import * as ProjectionStatus from "refold/ProjectionStatus"
import * as Projector from "refold/Projector"
import * as ReadModel from "refold/ReadModel"
import * as Balances from "./projection/Balances.ts"
import * as DailyTotals from "./projection/DailyTotals.ts"
import * as Statements from "./projection/Statements.ts"
import * as TopAccounts from "./projection/TopAccounts.ts"

// Everything that the app makes of the log.
const projections = [
  Balances.projection,
  Statements.projection,
  DailyTotals.projection,
  TopAccounts.projection
] as const

/** Runs all projections until the scope closes; any number of processes may. */
export const start = Effect.gen(function*() {
  // Handlers write these rows as well; the projector fills in what was appended otherwise.
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

/** Waits until all rows have taken in the log up to a position, however long a first filling takes. */
export const awaitAll = (position: Position) =>
  Effect.forEach(
    projections,
    (projection) => ReadModel.awaitPosition(projection, position, { timeout: "1 hour", every: "20 millis" }),
    { discard: true }
  )

/** How the projections are doing. */
export const status = Effect.forEach(projections, (projection) => ProjectionStatus.of(projection))
