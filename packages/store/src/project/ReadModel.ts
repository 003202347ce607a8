/**
 * Reads the rows of projections: one by its key, or pages of rows by a declared index. Needs no `EventStore`, so a query
 * cannot append.
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
import type { LoadedState } from "../decide/LoadedState.ts"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as Polling from "../log/internal/Polling.ts"
import * as GenerationChoice from "./internal/GenerationChoice.ts"
import * as ReadRows from "./internal/ReadRows.ts"
import type { Page, Row } from "./internal/Row.ts"
import { AwaitTimeout, type DefinitionMismatch, ProjectionOutdated, StreamParked } from "./ProjectionError.ts"
import { type Generation, ReadModelStore, type RowsIdentity } from "./ReadModelStore.ts"

export type { Page, Row } from "./internal/Row.ts"

/** The errors of reading rows. */
export type ReadRowsFailure = ReadRows.ReadRowsFailure

/** The services that reading rows needs. */
export type Readers = ReadModelStore | EventReader

/**
 * The row with this key; None if it does not exist. The row of an inline projection has all events of its stream; if one
 * of them cannot be folded, this fails with `PoisonedEvent`.
 */
export const get = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  key: string
): Effect.Effect<Option.Option<Row<State>>, ReadRowsFailure, Readers> => ReadRows.byKey(projection, key)

/**
 * A page of rows, by default ordered by key. For an inline projection the stored rows decide which rows are on the page;
 * each of them is then returned with all events of its stream, or up to the first one that cannot be folded. There, an index
 * needs stored rows of this version: otherwise this fails with `DefinitionMismatch`.
 */
export const query = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  asked: RowQuery<Index> = {}
): Effect.Effect<Page<State>, ReadRowsFailure, Readers> => ReadRows.page(projection, asked)

/** All rows of a query, read page by page on demand; `limit` is the size of a page, 1,000 by default. */
export const stream = <Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  asked: Omit<RowQuery<Index>, "after"> = {}
): Stream.Stream<Row<State>, ReadRowsFailure, Readers> =>
  ReadRows.pages((after) => query(projection, { limit: maxLimit, ...asked, after }))

/** The errors of waiting for a position. */
export type AwaitFailure =
  | AwaitTimeout
  | StreamParked
  | ProjectionOutdated
  | DefinitionMismatch
  | InvalidInput
  | EventStoreError

/** The timeout and the polling interval. */
export interface AwaitOptions {
  /** 5 seconds by default. */
  readonly timeout?: Duration.Input | undefined
  /** 5 milliseconds by default. */
  readonly every?: Duration.Input | undefined
}

/** An append to wait for: the result of the store or of a command handler, or a position. */
export type Awaited =
  | Position
  | Pick<Appended, "position" | "streams">
  | Pick<LoadedState<unknown>, "position" | "stream">

/**
 * Waits until the live rows include an append, to read your own writes. Fails with `AwaitTimeout` if that takes
 * longer than the timeout, with `StreamParked` if the projection has parked one of the streams (not known for a bare
 * position), with `InvalidInput` inside a transaction, because the projector cannot see its events yet, with
 * `ProjectionOutdated` if a higher version has replaced the rows that this code reads, so that they do not change any more, and
 * with `DefinitionMismatch` if the live rows are of another definition.
 */
export const awaitPosition = Effect.fnUntraced(function*(
  projection: RowsIdentity,
  appended: Awaited,
  { every = "5 millis", timeout = "5 seconds" }: AwaitOptions = {}
): Effect.fn.Return<void, AwaitFailure, ReadModelStore> {
  const store = yield* ReadModelStore
  const { name, version } = projection
  const position = typeof appended === "number" ? appended : appended.position
  if (!Number.isSafeInteger(position) || position < 0) {
    return yield* new InvalidInput({ field: "position", rule: "must be a whole number of 0 or more" })
  }
  if (yield* store.inTransaction) {
    return yield* new InvalidInput({ field: "transaction", rule: "must be committed before its events are awaited" })
  }
  let reached = Option.none<Position>()
  const poll = Effect.gen(function*() {
    const generations = yield* store.generations(name)
    const own = yield* Effect.fromResult(GenerationChoice.choose(projection, generations))
    reached = Option.some(own.checkpoint)
    if (own.checkpoint >= position) return Option.some(own)
    if (own.status === "Live") return Option.none()
    const live = yield* Effect.fromResult(GenerationChoice.findLive(name, generations))
    return yield* new ProjectionOutdated({ projection: name, version, live: live.version })
  })
  const arrived = yield* Effect.catchTag(
    Polling.untraced(poll),
    ["UnknownProjection", "ProjectionNotReady"],
    () => Effect.succeedNone
  )
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

// The checkpoint passes parked events, but they are in no row.
const checkParked = Effect.fnUntraced(function*(
  { id, parked, projection }: Generation,
  streams: ReadonlyArray<StreamName>
): Effect.fn.Return<void, StreamParked | EventStoreError, ReadModelStore> {
  if (parked === 0 || streams.length === 0) return
  const waiting = yield* (yield* ReadModelStore).listParked(id)
  const found = waiting.find(({ stream }) => streams.includes(stream))
  if (found !== undefined) return yield* new StreamParked({ projection, stream: found.stream, reason: found.reason })
})
