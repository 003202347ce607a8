/** What every store promises of rows as of the past: they are those that readers saw then, or would have seen. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as AsOf from "@refold/core/journal/AsOf"
import * as PastRows from "@refold/store/project/PastRows"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Projections from "./Projections.ts"
import type { Logged } from "./ProjectorLaws.ts"
import * as Rows from "./Rows.ts"

const seenThen = (projection: Projections.Made, point: AsOf.AsOfLog, batchSize: number) =>
  Effect.scoped(Effect.gen(function*() {
    const { parked, query } = yield* PastRows.asOf(projection, point, { ...Rows.pace, batchSize })
    const { rows } = yield* query({ limit: 1000 })
    return { rows, parked: parked.map(Rows.placeOf) }
  }))

/** The log grows commit by commit, and the rows are looked at after each; then all of them are asked for once more. */
export const asOfAPositionIsWhatWasSeen = Law.make(
  "rows as of a position are those that readers saw there",
  ({ batchSize, history, shape }: Logged) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      const seen = yield* Effect.forEach(history, (entry) =>
        Effect.gen(function*() {
          yield* Rows.append(fresh, [entry])
          return [yield* Rows.catchUp(projection), yield* Rows.seen(projection)] as const
        }))
      const asked = Effect.forEach(seen, ([position]) => seenThen(projection, AsOf.position(position), batchSize))
      return { left: yield* asked, right: seen.map(([, then]) => then) }
    })
)

const pointsOf = (
  { occurredAt, recordedAt }: RecordedEvent
) => [AsOf.recordedAt(recordedAt), AsOf.occurredAt(occurredAt)]

/** At the times of each event, by both clocks: events may be back-dated. */
export const asOfAnInstantIsRefold = Law.make(
  "rows as of an instant are a refold of the events that count",
  ({ batchSize, history, shape }: Logged) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      yield* Rows.append(fresh, history)
      const log = yield* Rows.log(fresh)
      const points = log.flatMap(pointsOf)
      return {
        left: yield* Effect.forEach(points, (point) => seenThen(projection, point, batchSize)),
        right: points.map((point) => Rows.refolded(projection, log.filter((event) => AsOf.includes(point, event))))
      }
    })
)

const allPointsOf = (event: RecordedEvent): ReadonlyArray<AsOf.AsOf> => [
  ...pointsOf(event),
  AsOf.version(event.version),
  AsOf.position(event.position)
]

/** At the place and at the times of each event of its stream. */
export const rowAsOfIsRefold = Law.make(
  "a stream's row as of any point is a refold of the stream's events that count",
  ({ history, shape }: Logged) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const projection = Projections.make(shape, { fresh })
      yield* Rows.append(fresh, history)
      const log = yield* Rows.log(fresh)
      const asked = log.flatMap((event) => allPointsOf(event).map((point) => [event.stream, point] as const))
      const rows = yield* Effect.forEach(asked, ([stream, point]) => PastRows.rowAsOf(projection, stream, point))
      const refolded = asked.map(([stream, point]) =>
        Rows.refolded(projection, log.filter((event) => event.stream === stream && AsOf.includes(point, event)))
      )
      return { left: rows.map(Option.toArray), right: refolded.map(({ rows }) => rows) }
    })
)
