/** The rows of a projection as a target of the projector. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Projection } from "@refold/core/project/Projection"
import { foldBatch, prepare } from "@refold/core/project/ProjectionFold"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { WireTransform } from "../../log/WireTransform.ts"
import type { ProjectionTarget } from "./ProjectionTarget.ts"

/** The target that folds events into rows of the projection. */
export const make = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>
): ProjectionTarget => {
  const { categories, definition, events, indexes, isInline, isKeyedByStream, name, types, version } = projection
  return {
    name,
    version,
    definition,
    indexes,
    types,
    categories,
    checkVersion: events.checkVersion,
    isKeyedByStream,
    fold: Effect.fnUntraced(function*(batch, recorded, waiting) {
      const { fromWire } = yield* WireTransform
      const prepared = (yield* fromWire(recorded)).map((event) => prepare(projection, event))
      const keys = new Set(prepared.flatMap((one) => Result.isSuccess(one) ? one.success.keys : []))
      const stored = yield* batch.rows([...keys])
      const folded = foldBatch(projection, new Map(stored.map((row) => [row.key, row])), prepared, waiting)
      return {
        rows: [...folded.changed.values()].filter((row) => row !== undefined),
        removed: [...folded.changed].flatMap(([key, row]) => row === undefined ? [key] : []),
        keepsNewer: isInline,
        poisoned: folded.poisoned,
        folded: folded.folded
      }
    })
  }
}
