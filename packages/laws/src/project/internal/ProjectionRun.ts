/** Projections of the log of one run: the rows that readers see, and the rows that folding the log in memory gives. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Commit, StreamWrite } from "@refold/core/journal/Commit"
import { Any } from "@refold/core/journal/ExpectedVersion"
import type { Projection } from "@refold/core/project/Projection"
import { refold, type StoredRow } from "@refold/core/project/ProjectionFold"
import * as RowQuery from "@refold/core/project/RowQuery"
import { EventIds } from "@refold/store/log/EventIds"
import * as Parked from "@refold/store/project/Parked"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import type { Row } from "@refold/store/project/ReadModel"
import type { ParkedStream } from "@refold/store/project/ReadModelStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as Histories from "./Histories.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** The commits that store a history: one for each event, unless it joins the event before. */
export const commitsOf = Effect.fnUntraced(function*(fresh: FreshNames.FreshNames, history: Histories.History) {
  const newId = yield* EventIds
  const commits: Array<Arr.NonEmptyArray<StreamWrite>> = []
  for (const { actor, joins, occurredAt, stored, stream } of history) {
    const metadata = actor === undefined ? {} : { actor }
    const events = Arr.of({ ...stored, id: yield* newId, occurredAt, metadata })
    const writes = commits.at(-1)
    // A stream may occur once in a commit.
    const joined = joins && writes?.every((write) => write.stream !== fresh.stream(stream))
    const write = { stream: fresh.stream(stream), expected: Any, events }
    if (joined) writes!.push(write)
    else commits.push([write])
  }
  return commits.map((writes): Commit => ({ writes }))
})

/** Appends a history to the store. */
export const append = (fresh: FreshNames.FreshNames, history: Histories.History) =>
  Effect.flatMap(commitsOf(fresh, history), Effect.forEach(RunPrograms.send))

/** The events of a run. */
export const log = (fresh: FreshNames.FreshNames) =>
  RunPrograms.readAll({ categories: [...SampleProjections.categories, Histories.elsewhere].map(fresh.text) })

/** The options of projectors. Poisoned events are parked at the first attempt, because retries cannot succeed. */
export const batching = { batchSize: 3, batchRows: 2, attempts: 1 }

/** Runs a projection up to the head of the log. Some events change more rows than a batch does. */
export const catchUp = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  batchSize = batching.batchSize
) => Projector.catchUp(projection, { ...batching, batchSize, batchRows: Math.max(1, batchSize - 1) })

/** The view of readers: the rows in the order of their keys, and the parked streams. */
export interface ObservedRows<State> {
  readonly rows: ReadonlyArray<Row<State>>
  readonly parked: ReadonlyArray<ReturnType<typeof parkedAt>>
}

const all = { limit: RowQuery.maxLimit }

/** The rows and parked streams that readers see. */
export const observed = Effect.fnUntraced(
  function*<Event extends Tagged, State>(projection: Projection<Event, State, string>) {
    const { rows } = yield* ReadModel.query(projection, all)
    const observed: ObservedRows<State> = { rows, parked: (yield* Parked.list(projection)).map(parkedAt) }
    return observed
  }
)

/** The rows that readers see. */
export const rows = <Event extends Tagged, State>(projection: Projection<Event, State, string>) =>
  Effect.map(ReadModel.query(projection, all), ({ rows }) => rows)

/** A parked stream without the number and times of its attempts. */
export const parkedAt = (
  { position, stage, stream, type, version }: Pick<ParkedStream, "stream" | "version" | "position" | "type" | "stage">
) => ({ stream, version, position, type, stage })

/** The rows and parked streams that readers must see after these events. */
export const refolded = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  events: ReadonlyArray<RecordedEvent>,
  discarded?: ReadonlySet<Position>
): ObservedRows<State> => {
  const { poisoned, rows } = refold(projection, events, discarded)
  return { rows: decoded(projection, [...rows.values()]), parked: poisoned.map(parkedAt) }
}

/** Stored rows as readers get them, in the order of their keys. */
export const decoded = <State>(
  projection: Pick<Projection<never, State, string>, "name" | "version" | "indexes" | "decode">,
  stored: ReadonlyArray<StoredRow>
): ReadonlyArray<Row<State>> =>
  RowQuery.evaluate(Result.getOrThrow(RowQuery.check(projection, all)), stored)
    .map((row) => ({ ...row, state: Result.getOrThrow(projection.decode(row.state)) }))

/** Rows without positions, which differ between adapters. */
export const withoutPositions = <State>(rows: ReadonlyArray<Row<State>>): ReadonlyArray<object> =>
  rows.map(({ position: _own, ...row }) => row)
