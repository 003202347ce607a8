/**
 * A projection's rows as they were: refolded from the log into rows of the reader's own, batch by batch. A row of a
 * projection keyed by stream is refolded by itself, from its stream alone.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import type { Projection } from "@refold/core/project/Projection"
import { maxLimit, type RowQuery } from "@refold/core/project/RowQuery"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../log/EventReader.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import * as SelectRows from "./internal/SelectRows.ts"
import * as Tail from "./internal/Tail.ts"
import type { ProjectionOutdated } from "./ProjectionError.ts"
import * as Projector from "./Projector.ts"
import type { Page, Readers, ReadRowsFailure, Row } from "./ReadModel.ts"
import { type ParkedStream, ReadModelStore } from "./ReadModelStore.ts"

/** The rows of a projection at a past point. */
export interface PastRows<State, Index extends string> {
  readonly get: (key: string) => Effect.Effect<Option.Option<Row<State>>, ReadRowsFailure, Readers>
  readonly query: (asked?: RowQuery<Index>) => Effect.Effect<Page<State>, ReadRowsFailure, Readers>
  /** All rows of a query; see `ReadModel.stream`. */
  readonly stream: (
    asked?: Omit<RowQuery<Index>, "after">
  ) => Stream.Stream<Row<State>, ReadRowsFailure, Readers>
  /** Streams that the rows have only in part, for an event of theirs cannot be folded. */
  readonly parked: ReadonlyArray<ParkedStream>
}

/**
 * All rows of a projection as of a position or an instant; gone with the scope. Takes as long as reading the log up to
 * there. As of a position they are those that the live rows were there, had nothing been parked. Fails with
 * `InvalidInput` where the position lies in the future.
 */
export const asOf = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  point: AsOf.AsOfLog,
  options: Projector.Options = {}
): Effect.fn.Return<PastRows<State, Index>, ProjectionOutdated | ReadFailure, Readers | Scope.Scope> {
  const store = yield* ReadModelStore
  const goal = { head: yield* headAt(point), asOf: point }
  const target = Projector.targetOf(projection)
  const { id } = yield* Effect.acquireRelease(
    store.begin(target, "Scratch"),
    (begun) => Effect.ignore(store.drop(begun.id))
  )
  yield* CatchUp.catchUp(target, id, goal, { ...CatchUp.pace, ...options })
  return {
    get: (key) => SelectRows.byKey(projection, key, id),
    query: (asked = {}) => SelectRows.page(projection, asked, id),
    stream: (asked = {}) =>
      SelectRows.pages((after) => SelectRows.page(projection, { limit: maxLimit, ...asked, after }, id)),
    parked: yield* store.listParked(id)
  }
})

/**
 * The row of one stream as of a version, a position or an instant, folded from that stream alone. Fails with
 * `InvalidInput` where the projection is not keyed by stream: the row may then hold events of any stream.
 */
export const rowAsOf = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  stream: StreamName.StreamName,
  point: AsOf.AsOf
): Effect.fn.Return<Option.Option<Row<State>>, ReadRowsFailure | Tail.TailFailure, Readers> {
  if (!projection.isKeyedByStream) {
    return yield* new InvalidInput({
      field: "projection",
      rule: "must be keyed by stream for a row to be refolded alone"
    })
  }
  const name = yield* Effect.fromResult(StreamName.parse(stream))
  if (point._tag !== "Version") yield* headAt(point)
  const row = yield* Tail.foldStream(projection, name, { asOf: point })
  if (row === undefined) return Option.none()
  return Option.some(yield* Effect.fromResult(SelectRows.decodeRow(projection, row, projection.version)))
})

// How far the log is to be read. A position that is stored, but not yet safe to read up to, is waited for.
const headAt = Effect.fnUntraced(function*(
  point: AsOf.AsOfLog
): Effect.fn.Return<Position, ReadFailure, EventReader> {
  yield* Effect.fromResult(ReadOptions.check({ asOf: point }))
  const reader = yield* EventReader
  if (point._tag !== "Position") return yield* reader.head
  const { last } = yield* reader.bound
  if (point.position > last) {
    return yield* new InvalidInput({ field: "asOf.position", rule: `must not lie after the last event, at ${last}` })
  }
  yield* Stream.runHead(Stream.filter(reader.heads, (head) => head >= point.position))
  return point.position
})
