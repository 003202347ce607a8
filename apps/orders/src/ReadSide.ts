/** The operations of the app on any projection: fill it, and read its rows, now or in the past. */
import { Effect, type Scope, Stream } from "effect"
import {
  type AsOf,
  type EventReader,
  type EventType,
  type Json,
  PastRows,
  type Position,
  type Projection,
  type ProjectionError,
  Projector,
  ReadModel
} from "refold"

/** The rows of a projection in their stored form, by key. */
export type Rows = Readonly<Record<string, Json.Json>>

/** The errors of filling or reading a projection. */
export type Failure =
  | ProjectionError.ProjectionOutdated
  | ProjectionError.AwaitTimeout
  | ProjectionError.StreamParked
  | EventReader.ReadFailure
  | ReadModel.ReadRowsFailure

/** A projection of the app. Its types are hidden, so that projections of all kinds fit into one list. */
export interface Published {
  readonly name: string
  /** Fills the rows in the background until the scope closes, from the first event of the log on. */
  readonly start: Effect.Effect<void, Failure, ReadModel.Readers | Scope.Scope>
  /** Waits until the rows include the log up to this position. */
  readonly awaitPosition: (position: Position.Position) => Effect.Effect<void, Failure, ReadModel.Readers>
  readonly rows: Effect.Effect<Rows, Failure, ReadModel.Readers>
  /** The rows as they were at a point in the past. */
  readonly rowsAsOf: (point: AsOf.AsOfLog) => Effect.Effect<Rows, Failure, ReadModel.Readers>
}

/** Publishes a projection. */
export const publish = <Event extends EventType.Tagged, State, Index extends string>(
  projection: Projection.Projection<Event, State, Index>
): Published => ({
  name: projection.name,
  start: Projector.start(projection),
  awaitPosition: (position) => ReadModel.awaitPosition(projection, position),
  rows: collect(projection, ReadModel.stream(projection)),
  rowsAsOf: (point) => rowsAsOf(projection, point)
})

// #region temporal-query
/** The rows as they were: refolded from the events up to the point, which works for any projection. */
const rowsAsOf = <Event extends EventType.Tagged, State, Index extends string>(
  projection: Projection.Projection<Event, State, Index>,
  point: AsOf.AsOfLog
): Effect.Effect<Rows, Failure, ReadModel.Readers> =>
  PastRows.asOf(projection, point).pipe(
    Effect.flatMap((past) => collect(projection, past.stream())),
    Effect.scoped
  )
// #endregion

const collect = <State, E, R>(
  { encode }: Pick<Projection.Projection<never, State>, "encode">,
  rows: Stream.Stream<ReadModel.Row<State>, E, R>
) =>
  rows.pipe(
    Stream.mapEffect(({ key, state }) =>
      Effect.fromResult(encode(state)).pipe(Effect.map((json) => [key, json] as const))
    ),
    Stream.runCollect,
    Effect.map((entries): Rows => Object.fromEntries(entries))
  )
