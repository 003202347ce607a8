/**
 * Reading what projections have made of the log: a row by its key, rows by a declared index, page by page. A query
 * needs no EventStore, so it cannot append.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Appended } from "@refold/core/journal/Commit"
import type { Projection } from "@refold/core/project/Projection"
import { maxLimit, type RowQuery } from "@refold/core/project/RowQuery"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import type { Loaded } from "../decide/Loaded.ts"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { Page, Row } from "./internal/Row.ts"
import * as SelectRows from "./internal/SelectRows.ts"
import { AwaitTimeout, StreamParked } from "./ProjectionError.ts"
import { type Generation, ReadModelStore } from "./ReadModelStore.ts"

export type { Page, Row } from "./internal/Row.ts"

/** Every way in which reading rows can fail. */
export type ReadRowsFailure = SelectRows.SelectFailure

/** What a projection's rows are read from: the store of rows, and of events only what concerns readers. */
export type Readers = ReadModelStore | EventReader

/**
 * The row with this key; None where no event has touched it, or it was removed. Of an inline projection it has seen all
 * events of its stream, and one that cannot be folded is a `PoisonedEvent`.
 */
export const get = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  key: string
): Effect.Effect<Option.Option<Row<State>>, ReadRowsFailure, Readers> => SelectRows.byKey(projection, key)

/**
 * A page of rows; all of them by key, where the query says nothing. Of an inline projection each row on it has seen all
 * events of its stream, up to one that cannot be folded; which rows are on it is decided by what was stored of them.
 */
export const query = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  asked: RowQuery<Index> = {}
): Effect.Effect<Page<State>, ReadRowsFailure, Readers> => SelectRows.page(projection, asked)

/** All rows of a query, read page by page as they are asked for; `limit` is the length of a page, 1,000 by default. */
export const stream = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  asked: Omit<RowQuery<Index>, "after"> = {}
): Stream.Stream<Row<State>, ReadRowsFailure, Readers> =>
  SelectRows.pages((after) => query(projection, { limit: maxLimit, ...asked, after }))

/** How long to wait, and how often to look. */
export interface AwaitOptions {
  /** 5 seconds by default. */
  readonly timeout?: Duration.Input | undefined
  /** 5 milliseconds by default. */
  readonly every?: Duration.Input | undefined
}

/** What was appended, as the store, a handler or a position says it. */
export type Awaited = Position | Pick<Appended, "position" | "streams"> | Pick<Loaded<unknown>, "position" | "stream">

/**
 * Waits until the rows that readers see have taken in what was appended, so that one reads one's own writes. Fails with
 * `AwaitTimeout` where that takes too long, with `StreamParked` where the projection has parked one of the streams
 * (which a bare position does not tell), and with `InvalidInput` in a transaction, whose events nobody else can see yet.
 */
export const awaitPosition = Effect.fnUntraced(function*(
  { name }: Pick<Projection<never, unknown>, "name">,
  appended: Awaited,
  { every = "5 millis", timeout = "5 seconds" }: AwaitOptions = {}
): Effect.fn.Return<void, AwaitTimeout | StreamParked | InvalidInput | EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  const position = typeof appended === "number" ? appended : appended.position
  if (!Number.isSafeInteger(position) || position < 0) {
    return yield* new InvalidInput({ field: "position", rule: "must be a whole number of 0 or more" })
  }
  if (yield* store.inTransaction) {
    return yield* new InvalidInput({ field: "transaction", rule: "must be over before its events can be awaited" })
  }
  let reached = Option.none<Position>()
  const look = Effect.gen(function*() {
    const live = yield* store.live(name)
    reached = Option.some(live.checkpoint)
    return live.checkpoint >= position ? Option.some(live) : Option.none()
  })
  const arrived = yield* Effect.catchTag(look, ["UnknownProjection", "ProjectionNotReady"], () => Effect.succeedNone)
    .pipe(
      Effect.repeat({ until: Option.isSome, schedule: Schedule.spaced(every) }),
      Effect.timeoutOption(timeout)
    )
  if (Option.isNone(arrived)) return yield* new AwaitTimeout({ projection: name, position, reached })
  yield* checkParked(Option.getOrThrow(arrived.value), streamsOf(appended))
})

const streamsOf = (appended: Awaited): ReadonlyArray<StreamName> => {
  if (typeof appended === "number") return []
  return "streams" in appended ? appended.streams.map(({ stream }) => stream) : [appended.stream]
}

// Parked events count as passed, but they are in no row.
const checkParked = Effect.fnUntraced(function*(
  { id, parked, projection }: Generation,
  streams: ReadonlyArray<StreamName>
): Effect.fn.Return<void, StreamParked | EventStoreError, ReadModelStore> {
  if (parked === 0 || streams.length === 0) return
  const waiting = yield* (yield* ReadModelStore).listParked(id)
  const found = waiting.find(({ stream }) => streams.includes(stream))
  if (found !== undefined) return yield* new StreamParked({ projection, stream: found.stream, reason: found.reason })
})
