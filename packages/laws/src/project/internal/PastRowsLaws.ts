/** The laws of rows as of the past: they are the rows that readers saw at that point, or would have seen. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as AsOf from "@refold/core/journal/AsOf"
import * as PastRows from "@refold/store/project/PastRows"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import type { ProjectedLog } from "./ProjectorLaws.ts"
import * as SampleProjections from "./SampleProjections.ts"

const rowsAsOf = (projection: SampleProjections.SampleProjection, point: AsOf.AsOfLog, batchSize: number) =>
  Effect.scoped(Effect.gen(function*() {
    const { parked, query } = yield* PastRows.asOf(projection, point, { ...ProjectionRun.batching, batchSize })
    const { rows } = yield* query({ limit: 1000 })
    return { rows, parked: parked.map(ProjectionRun.parkedAt) }
  }))

/** Records the rows after each commit, then reads the rows as of the position of each commit. */
export const asOfPositionIsWhatWasRead = Law.make(
  "rows as of a position are the rows that readers saw at that position",
  ({ batchSize, history, shape }: ProjectedLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      const observed = yield* Effect.forEach(history, (entry) =>
        Effect.gen(function*() {
          yield* ProjectionRun.append(fresh, [entry])
          return [yield* ProjectionRun.catchUp(projection), yield* ProjectionRun.observed(projection)] as const
        }))
      const rows = Effect.forEach(observed, ([position]) => rowsAsOf(projection, AsOf.position(position), batchSize))
      return { left: yield* rows, right: observed.map(([, rows]) => rows) }
    })
)

const pointsOf = (
  { occurredAt, recordedAt }: RecordedEvent
) => [AsOf.recordedAt(recordedAt), AsOf.occurredAt(occurredAt)]

/** At the `recordedAt` and the `occurredAt` of each event. Events may be back-dated. */
export const asOfInstantIsRefold = Law.make(
  "rows as of an instant are a refold of the events up to it",
  ({ batchSize, history, shape }: ProjectedLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      yield* ProjectionRun.append(fresh, history)
      const log = yield* ProjectionRun.log(fresh)
      const points = log.flatMap(pointsOf)
      return {
        left: yield* Effect.forEach(points, (point) => rowsAsOf(projection, point, batchSize)),
        right: points.map((point) =>
          ProjectionRun.refolded(projection, log.filter((event) => AsOf.includes(point, event)))
        )
      }
    })
)

const allPointsOf = (event: RecordedEvent): ReadonlyArray<AsOf.AsOf> => [
  ...pointsOf(event),
  AsOf.version(event.version),
  AsOf.position(event.position)
]

/** At the version, the position and the times of each event of the stream. */
export const rowAsOfIsRefold = Law.make(
  "the row of a stream as of any point is a refold of the stream's events up to it",
  ({ history, shape }: ProjectedLog) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const projection = SampleProjections.make(shape, { fresh })
      yield* ProjectionRun.append(fresh, history)
      const log = yield* ProjectionRun.log(fresh)
      const points = log.flatMap((event) => allPointsOf(event).map((point) => [event.stream, point] as const))
      const rows = yield* Effect.forEach(points, ([stream, point]) => PastRows.rowAsOf(projection, stream, point))
      const refolded = points.map(([stream, point]) =>
        ProjectionRun.refolded(
          projection,
          log.filter((event) => event.stream === stream && AsOf.includes(point, event))
        )
      )
      return { left: rows.map(Option.toArray), right: refolded.map(({ rows }) => rows) }
    })
)
