/**
 * Rows of a projection as of a past point, folded again from the log: all rows into a temporary generation, or one row
 * of a projection that is keyed by stream.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as StreamName from "@refold/core/event/StreamName"
import type * as AsOf from "@refold/core/journal/AsOf"
import type { Projection } from "@refold/core/project/Projection"
import { maxLimit, type RowQuery } from "@refold/core/project/RowQuery"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../log/EventReader.ts"
import { EventStoreError } from "../log/EventStoreError.ts"
import * as PastPoint from "../log/internal/PastPoint.ts"
import type { LogHead } from "../log/LogHead.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import * as NewerEvents from "./internal/NewerEvents.ts"
import * as ReadRows from "./internal/ReadRows.ts"
import * as StreamRows from "./internal/StreamRows.ts"
import * as Projector from "./Projector.ts"
import type { Page, Readers, ReadRowsFailure, Row } from "./ReadModel.ts"
import { type Generation, type ParkedStream, ReadModelStore } from "./ReadModelStore.ts"

/** The rows of a projection as of a past point. */
export interface PastRows<State, Index extends string> {
  /** The row with this key; None if it did not exist. */
  readonly get: (key: string) => Effect.Effect<Option.Option<Row<State>>, ReadRowsFailure, Readers>
  /** A page of rows; see `ReadModel.query`. */
  readonly query: (asked?: RowQuery<Index>) => Effect.Effect<Page<State>, ReadRowsFailure, Readers>
  /** All rows of a query, page by page; see `ReadModel.stream`. */
  readonly stream: (
    asked?: Omit<RowQuery<Index>, "after">
  ) => Stream.Stream<Row<State>, ReadRowsFailure, Readers>
  /** Streams whose later events are missing from the rows, because one of their events cannot be folded. */
  readonly parked: ReadonlyArray<ParkedStream>
}

/**
 * All rows of a projection as of a position or an instant, kept until the scope closes. Reads the whole log up to the
 * point. Waits if the position is stored but not yet visible to readers. Fails with `InvalidInput` if the position is
 * beyond the last event, with `ProjectionOutdated` if a newer version of the projection is live, and with `NewerSchemaVersion`
 * if an event is newer than the code.
 */
export const asOf = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  point: AsOf.AsOfLog,
  options: Projector.Options = {}
): Effect.fn.Return<PastRows<State, Index>, Projector.CatchUpFailure, Readers | Scope.Scope> {
  const store = yield* ReadModelStore
  const goal = { head: yield* headAt(point), asOf: point }
  const target = Projector.targetOf(projection)
  const { id } = yield* Effect.acquireRelease(
    store.begin(target, "Scratch"),
    (begun) => Effect.ignore(dropScratch(store, begun))
  )
  const reached = yield* CatchUp.catchUp(target, id, goal, { ...CatchUp.defaults, ...options })
  const newer = Option.getOrUndefined(reached)?.newer
  if (newer !== undefined) return yield* NewerEvents.toError(newer)
  if (!Option.exists(reached, ({ checkpoint }) => checkpoint >= goal.head.position)) {
    const cause = "the database was restarted or replaced, or the rows were dropped, while they were built: try again"
    return yield* new EventStoreError({ operation: `build past rows of ${projection.name}`, cause })
  }
  return {
    get: (key) => ReadRows.byKey(projection, key, id),
    query: (asked = {}) => ReadRows.page(projection, asked, id),
    stream: (asked = {}) =>
      ReadRows.pages((after) => ReadRows.page(projection, { limit: maxLimit, ...asked, after }, id)),
    parked: yield* store.listParked(id)
  }
})

// If the log has gone back, other rows may have this id.
const dropScratch = (store: ReadModelStore["Service"], { id, projection }: Generation) =>
  Effect.flatMap(
    store.generations(projection),
    (known) => known.some((one) => one.id === id && one.status === "Scratch") ? store.drop(id) : Effect.void
  )

/**
 * The row of one stream as of a version, a position or an instant, folded from this stream only. None if the row did
 * not exist. Fails with `InvalidInput` if the projection is not keyed by stream or the point is beyond the last event, with
 * `PoisonedEvent` if an event cannot be folded, and with `NewerSchemaVersion` if one is newer than the code.
 */
export const rowAsOf = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  stream: StreamName.StreamName,
  point: AsOf.AsOf
): Effect.fn.Return<Option.Option<Row<State>>, ReadRowsFailure | StreamRows.FoldFailure, Readers> {
  if (!projection.isKeyedByStream) {
    return yield* new InvalidInput({
      field: "projection",
      rule: "must be keyed by stream: use asOf, which folds all rows"
    })
  }
  const name = yield* Effect.fromResult(StreamName.parse(stream))
  yield* PastPoint.reached(point)
  if (point._tag === "Version") {
    const [version] = yield* (yield* EventReader).streamVersions([name])
    // One stream has one version.
    yield* Effect.fromResult(PastPoint.checkVersion(point, version!))
  }
  const row = yield* StreamRows.fold(projection, name, { asOf: point })
  if (row === undefined) return Option.none()
  return Option.some(yield* Effect.fromResult(ReadRows.decodeRow(projection, row, projection.version)))
})

// The last position to read. Waits for a position that is stored but not yet visible to readers.
const headAt = Effect.fnUntraced(function*(
  point: AsOf.AsOfLog
): Effect.fn.Return<LogHead, ReadFailure, EventReader> {
  yield* PastPoint.reached(point)
  const head = yield* (yield* EventReader).logHead
  return point._tag === "Position" ? { ...head, position: point.position } : head
})
