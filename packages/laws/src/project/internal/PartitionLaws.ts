/**
 * The law of partitions: with any number of them, changed at any time, each event of a projection is folded once. Logs with parked
 * streams are left out, because a retry folds in another order: directed tests cover them.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Projection } from "@refold/core/project/Projection"
import { reads } from "@refold/core/project/ProjectionFold"
import * as Partitions from "@refold/store/project/Partitions"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as PartitionedRun from "./PartitionedRun.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** A projection that is keyed by stream, and a log that grows while the number of partitions changes. */
export interface PartitionedLog {
  readonly shape: SampleProjections.Shape
  readonly parts: ReadonlyArray<PartitionedRun.Part>
}

/**
 * Compares the rows after each part, and the positions of the events that were decoded: rows that are keyed by stream do not show
 * whether an event was read again.
 */
export const anyPartitioningIsRefold = Law.make(
  "a projection in any number of partitions, changed at any time, decodes every event once and has the rows of a refold",
  ({ parts, shape }: PartitionedLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const decoded: Array<Position> = []
      const projection = SampleProjections.make(shape, { fresh })
      const counting = countsDecoded(projection, decoded)
      yield* Projector.catchUp(projection)
      const compared = yield* Effect.forEach(parts, (part) =>
        Effect.gen(function*() {
          const options = { batchSize: part.batchSize, attempts: 1, workers: part.workers }
          yield* ProjectionRun.append(fresh, part.entries)
          yield* PartitionedRun.advance(counting, part.steps, options)
          yield* Partitions.change(counting, part.partitions, options)
          yield* PartitionedRun.advance(counting, part.steps, options)
          yield* Projector.catchUp(counting, options)
          const log = yield* ProjectionRun.log(fresh)
          const all = log.filter((event) => reads(projection, event)).map(({ position }) => position)
          return [
            { ...yield* ProjectionRun.observed(projection), decoded: decoded.toSorted((one, two) => one - two) },
            { ...ProjectionRun.refolded(projection, log), decoded: all }
          ]
        }))
      return { left: compared.map(([observed]) => observed), right: compared.map(([, refolded]) => refolded) }
    })
)

const countsDecoded = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  decoded: Array<Position>
): Projection<Event, State, Index> => ({
  ...projection,
  events: {
    ...projection.events,
    decode: (event) => {
      // The projector decodes what it has read.
      decoded.push((event as RecordedEvent).position)
      return projection.events.decode(event)
    }
  }
})
