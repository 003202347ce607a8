/** The projections of the app. To add one, write it in a file of its own and add it here: nothing else changes. */
import { Effect } from "effect"
import { EventReader } from "refold"
import { orderTotals } from "./projection/OrderTotals.ts"
import { revenue } from "./projection/Revenue.ts"
import { userActivity } from "./projection/UserActivity.ts"
import { publish, type Published, type Rows } from "./ReadSide.ts"

// #region projections
/** All projections of the app. */
export const all: ReadonlyArray<Published> = [publish(orderTotals), publish(userActivity), publish(revenue)]
// #endregion

/** Runs these projections in the background until the scope closes. */
export const start = (projections: ReadonlyArray<Published>) =>
  Effect.forEach(projections, (projection) => projection.start, { discard: true })

/** The rows of these projections, each by its name; they include all events that are stored now. */
export const rowsOf = Effect.fnUntraced(function*(projections: ReadonlyArray<Published>) {
  const head = yield* (yield* EventReader.EventReader).head
  return yield* byName(projections, (projection) => Effect.andThen(projection.awaitPosition(head), projection.rows))
})

/** As `rowsOf`, with the rows that `read` gives for each projection. */
export const byName = <E, R>(
  projections: ReadonlyArray<Published>,
  read: (projection: Published) => Effect.Effect<Rows, E, R>
): Effect.Effect<Readonly<Record<string, Rows>>, E, R> =>
  Effect.map(
    Effect.forEach(projections, (one) => Effect.map(read(one), (rows) => [one.name, rows] as const)),
    (entries) => Object.fromEntries(entries)
  )
