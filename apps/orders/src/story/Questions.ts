/** The questions at the end of the story, each answered from the events. */
import { Array as Arr, DateTime, Effect, Option, Stream } from "effect"
import { AsOf, EventReader, type RecordedEvent } from "refold"
import * as Order from "../Order.ts"
import * as Payment from "../Payment.ts"
import * as Projections from "../Projections.ts"
import { eventsBetween } from "../query/EventsBetween.ts"
import { lastTuesdayAt } from "../query/LastTuesday.ts"
import { replayFrom } from "../query/ReplayFrom.ts"
import type { Published, Rows } from "../ReadSide.ts"
import * as User from "../User.ts"
import { failureOf } from "./Expected.ts"
import { reportId } from "./Week.ts"

/** The rows of projections, each by its name. */
export type AllRows = Readonly<Record<string, Rows>>

/** The answers. */
export interface Answers {
  readonly eventsStored: number
  readonly projections: AllRows
  readonly lastTuesday: LastTuesday
  readonly replayed: Replayed
  /** The number of events in a range whose start is after its end. */
  readonly inEmptyRange: number
  readonly old: OldEvent
}

/** The rows as of last Tuesday, 15:00: by the events recorded by then, and by the events that had occurred by then. */
interface LastTuesday {
  readonly at: DateTime.Utc
  readonly recorded: AllRows
  readonly occurred: AllRows
}

/** The types of the replayed events, and the error for an unknown id. */
interface Replayed {
  readonly from: string
  readonly types: ReadonlyArray<string>
  readonly unknown: string
}

/** An event of the first release, as it is stored and as it is read. */
interface OldEvent {
  readonly stored: RecordedEvent.RecordedEvent
  readonly read: object
}

// The process records its own work in the log as well, under a category of its own.
const categories = [User.aggregate.category, Order.aggregate.category, Payment.category]

/** Answers all questions. `tuesday` is the store's time when it was Tuesday, 15:00. */
export const ask = Effect.fnUntraced(function*(projections: ReadonlyArray<Published>, tuesday: DateTime.Utc) {
  const reader = yield* EventReader.EventReader
  const now = yield* DateTime.now
  const answers: Answers = {
    eventsStored: yield* Stream.runCount(reader.readAll({ categories })),
    projections: yield* Projections.rowsOf(projections),
    lastTuesday: yield* lastTuesday(projections, lastTuesdayAt(15, now), tuesday),
    replayed: yield* replay(reportId(3)),
    inEmptyRange: yield* Stream.runCount(eventsBetween(now, DateTime.subtract(now, { days: 4 }))),
    old: yield* oldest
  }
  return answers
})

// #region last-tuesday
const lastTuesday = Effect.fnUntraced(function*(
  projections: ReadonlyArray<Published>,
  at: DateTime.Utc,
  atByTheStore: DateTime.Utc
) {
  const asOf = (point: AsOf.AsOfLog) => Projections.byName(projections, ({ rowsAsOf }) => rowsAsOf(point))
  return { at, recorded: yield* asOf(AsOf.recordedAt(atByTheStore)), occurred: yield* asOf(AsOf.occurredAt(at)) }
})
// #endregion

const replay = Effect.fnUntraced(function*(from: string) {
  const events = yield* Stream.runCollect(replayFrom(from))
  const unknown = yield* failureOf(Stream.runDrain(replayFrom(reportId(99))))
  const types = events.filter(({ stream }) => isOfTheDomain(stream)).map(({ type }) => type)
  return { from, types, unknown: unknown.message }
})

const isOfTheDomain = (stream: string): boolean => categories.some((category) => stream.startsWith(`${category}-`))

const oldest = Effect.gen(function*() {
  const reader = yield* EventReader.EventReader
  const stored = Option.getOrThrow(yield* Stream.runHead(reader.readAll({ types: ["OrderPlaced"], limit: 1 })))
  const events = yield* Effect.fromResult(Order.codec.decode(stored))
  const { _tag, ...read } = Option.getOrThrow(Arr.head(events))
  return { stored, read }
})
