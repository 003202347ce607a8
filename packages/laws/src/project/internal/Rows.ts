/** A log of a run's own and projections of it: what their readers see, and what they must see by refolding the log. */
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
import type * as Fresh from "../../kit/internal/Fresh.ts"
import * as Play from "../../log/internal/Play.ts"
import * as Histories from "./Histories.ts"
import * as Projections from "./Projections.ts"

/** Commits that store a history: each event in one of its own, unless it joins the one before. */
export const commitsOf = Effect.fnUntraced(function*(fresh: Fresh.Fresh, history: Histories.History) {
  const newId = yield* EventIds
  const commits: Array<Arr.NonEmptyArray<StreamWrite>> = []
  for (const { actor, joins, occurredAt, stored, stream } of history) {
    const metadata = actor === undefined ? {} : { actor }
    const events = Arr.of({ ...stored, id: yield* newId, occurredAt, metadata })
    const writes = commits.at(-1)
    // A stream appears once in a commit.
    const joined = joins && writes?.every((write) => write.stream !== fresh.stream(stream))
    const write = { stream: fresh.stream(stream), expected: Any, events }
    if (joined) writes!.push(write)
    else commits.push([write])
  }
  return commits.map((writes): Commit => ({ writes }))
})

/** Stores a history. */
export const append = (fresh: Fresh.Fresh, history: Histories.History) =>
  Effect.flatMap(commitsOf(fresh, history), Effect.forEach(Play.send))

/** The log of a run. */
export const log = (fresh: Fresh.Fresh) =>
  Play.readAll({ categories: [...Projections.categories, Histories.elsewhere].map(fresh.text) })

/** Poisoned events are parked at the first try, for they will not get better. */
export const pace = { batchSize: 3, attempts: 1 }

/** Brings a projection up to the head. */
export const catchUp = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  batchSize = pace.batchSize
) => Projector.catchUp(projection, { ...pace, batchSize })

/** What readers see: the rows by key, and where streams are parked. */
export interface Seen<State> {
  readonly rows: ReadonlyArray<Row<State>>
  readonly parked: ReadonlyArray<ReturnType<typeof placeOf>>
}

const all = { limit: RowQuery.maxLimit }

/** What readers see now. */
export const seen = Effect.fnUntraced(
  function*<Event extends Tagged, State>(projection: Projection<Event, State, string>) {
    const { rows } = yield* ReadModel.query(projection, all)
    const seen: Seen<State> = { rows, parked: (yield* Parked.list(projection)).map(placeOf) }
    return seen
  }
)

/** The rows that readers see now. */
export const rows = <Event extends Tagged, State>(projection: Projection<Event, State, string>) =>
  Effect.map(ReadModel.query(projection, all), ({ rows }) => rows)

/** What is known of a parked stream beside the times of its trials. */
export const placeOf = (
  { position, stage, stream, type, version }: Pick<ParkedStream, "stream" | "version" | "position" | "type" | "stage">
) => ({ stream, version, position, type, stage })

/** What readers must see after these events. */
export const refolded = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  events: ReadonlyArray<RecordedEvent>,
  discarded?: ReadonlySet<Position>
): Seen<State> => {
  const { poisoned, rows } = refold(projection, events, discarded)
  return { rows: decoded(projection, [...rows.values()]), parked: poisoned.map(placeOf) }
}

/** Rows as a reader gets them, in the order of their keys. */
export const decoded = <State>(
  projection: Pick<Projection<never, State, string>, "name" | "version" | "indexes" | "decode">,
  stored: ReadonlyArray<StoredRow>
): ReadonlyArray<Row<State>> =>
  RowQuery.evaluate(Result.getOrThrow(RowQuery.check(projection, all)), stored)
    .map((row) => ({ ...row, state: Result.getOrThrow(projection.decode(row.state)) }))

/** The rows as every adapter must have them: without the places of its own log. */
export const placeless = <State>(rows: ReadonlyArray<Row<State>>): ReadonlyArray<object> =>
  rows.map(({ position: _own, ...row }) => row)
