/** The laws of a log of events, of a Journal or of an adapter. Each law is about the log that an input leads to. */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { ReadAllOptions, ReadStreamOptions, TimeRange } from "@refold/core/journal/ReadOptions"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Law from "../../kit/Law.ts"
import type * as History from "./History.ts"

/** A log: its content, and the functions that read it. */
export interface Log<R> {
  readonly history: History.History
  readonly readStream: (stream: StreamName, options?: ReadStreamOptions) => Read<R>
  readonly readAll: (options?: ReadAllOptions) => Read<R>
}

type Read<R> = Effect.Effect<ReadonlyArray<RecordedEvent>, unknown, R>

const law = (
  name: string,
  sides: <R>(log: Log<R>) => Effect.Effect<Law.Sides, unknown, R>
) =>
<Input, R>(logOf: (input: Input) => Effect.Effect<Log<R>, unknown, R>): Law.Law<Input, R> =>
  Law.make<Input, R>(name, (input) => Effect.flatMap(logOf(input), sides))

/** The events of each stream of a history, in the order of their versions. */
export const streamsOf = (
  { events }: History.History
): ReadonlyArray<readonly [StreamName, ReadonlyArray<RecordedEvent>]> => {
  const streams = new Map<StreamName, Array<RecordedEvent>>()
  for (const event of events) streams.set(event.stream, [...streams.get(event.stream) ?? [], event])
  return [...streams].map(([stream, events]) => [stream, events.toSorted(byVersion)])
}

const byVersion = Order.mapInput(Order.Number, ({ version }: RecordedEvent) => version)

/** In every stream: 1, 2, 3 … */
export const versionsHaveNoGaps = law("the versions of a stream are 1, 2, 3 … without gaps", ({ history }) => {
  const versions = streamsOf(history).map(([, events]) => events.map(({ version }) => version))
  return Effect.succeed({ left: versions, right: versions.map((found) => found.map((_, index) => index + 1)) })
})

/** Whether the id is repeated in one commit or in several. */
export const eventIdsAreUnique = law("no event id is stored twice", ({ history }) => {
  const ids = history.events.map(({ id }) => id)
  return Effect.succeed({ left: ids, right: [...new Set(ids)] })
})

/** An event that is later in a stream is later in the log. */
export const versionOrderIsPositionOrder = law("version order is position order within a stream", (log) => {
  const positions = streamsOf(log.history).map(([, events]) => events.map(({ position }) => position))
  return Effect.succeed({ left: positions, right: positions.map((found) => found.toSorted(Order.Number)) })
})

/** Also when the clock is set back. */
export const timesNeverDecrease = law("recordedAt never decreases within a stream", ({ history }) => {
  const times = streamsOf(history).map(([, events]) => events.map(({ recordedAt }) => recordedAt))
  return Effect.succeed({ left: times, right: times.map((found) => found.toSorted(DateTime.Order)) })
})

/** Reads as of each version of each stream, and as of each position. */
export const asOfPositionIsPrefix = law(
  "a read as of a version or a position gives a prefix",
  <R>(log: Log<R>) =>
    Effect.gen(function*() {
      const { events, start } = log.history
      const ofLog = yield* Effect.forEach(
        events,
        ({ position }) => log.readAll({ after: start, asOf: AsOf.position(position) })
      )
      const ofStreams = yield* Effect.forEach(
        streamsOf(log.history),
        ([stream, events]) =>
          Effect.forEach(events, ({ version }) => log.readStream(stream, { asOf: AsOf.version(version) }))
      )
      return {
        left: [ofLog, ofStreams],
        right: [prefixes(events), streamsOf(log.history).map(([, events]) => prefixes(events))]
      }
    })
)

const prefixes = (events: ReadonlyArray<RecordedEvent>) => events.map((_, index) => events.slice(0, index + 1))

/** Reads as of each instant of both clocks. */
export const asOfInstantIsFilter = law(
  "a read as of an instant gives the events up to that instant, in the order of the log",
  <R>(log: Log<R>) =>
    Effect.gen(function*() {
      const { events, start } = log.history
      const instants = events.flatMap((event) => [AsOf.recordedAt(event.recordedAt), AsOf.occurredAt(event.occurredAt)])
      return {
        left: yield* Effect.forEach(instants, (asOf) => log.readAll({ after: start, asOf })),
        right: instants.map((asOf) => events.filter((event) => AsOf.includes(asOf, event)))
      }
    })
)

/** Reads by each id of the log, also in pages of one event. */
export const idsAreFilters = law(
  "a read by a correlation or causation id gives the events with that id, in the order of the log",
  <R>(log: Log<R>) =>
    Effect.gen(function*() {
      const { events, start } = log.history
      const asked = (["correlationId", "causationId"] as const).flatMap((field) =>
        [...new Set(events.flatMap(({ metadata }) => metadata[field] ?? []))].map((id) => [field, id] as const)
      )
      const inPages = ([field, id]: typeof asked[number]) =>
        pages(start, (after) =>
          log.readAll({ after: Position(after), limit: 1, [field]: id }), ({ position }) =>
          position)
      const found = asked.map(([field, id]) =>
        events.filter(({ metadata }) => metadata[field] === id)
      )
      return {
        left: [
          yield* Effect.forEach(asked, ([field, id]) => log.readAll({ after: start, [field]: id })),
          yield* Effect.forEach(asked, inPages)
        ],
        right: [found, found]
      }
    })
)

/** Ranges of both clocks. */
export const emptyRangesAreEmpty = law(
  "a range that ends at or before its start is empty",
  <R>(log: Log<R>) =>
    Effect.gen(function*() {
      const ranges = log.history.events.flatMap(({ occurredAt, recordedAt }): ReadonlyArray<ReadAllOptions> => [
        ...endedRanges(recordedAt).map((recordedAt) => ({ recordedAt })),
        ...endedRanges(occurredAt).map((occurredAt) => ({ occurredAt }))
      ])
      const found = yield* Effect.forEach(ranges, (range) => log.readAll({ after: log.history.start, ...range }))
      return { left: found, right: ranges.map(() => []) }
    })
)

const endedRanges = (from: DateTime.Utc): ReadonlyArray<TimeRange> => [from, yearOne].map((to) => ({ from, to }))

// The earliest time that stores accept.
const yearOne = DateTime.makeUnsafe(-62_135_596_800_000)

/** Pages of one, two and three events, each `after` the last event of the page before. */
export const pagingIsReadingAtOnce = law(
  "reading in pages gives the same events as one read",
  <R>(log: Log<R>) =>
    Effect.gen(function*() {
      const { events, start } = log.history
      const paged = yield* Effect.forEach(
        [1, 2, 3],
        (limit) => pages(start, (after) => log.readAll({ after: Position(after), limit }), ({ position }) => position)
      )
      const streams = yield* Effect.forEach(
        streamsOf(log.history),
        ([stream]) =>
          pages(
            0,
            (after) => log.readStream(stream, { after: StreamVersion(after), limit: 2 }),
            ({ version }) => version
          )
      )
      return {
        left: [paged, streams],
        right: [[events, events, events], streamsOf(log.history).map(([, events]) => events)]
      }
    })
)

// Stops at a page that makes no progress, because a broken store could give such pages without end.
const pages = Effect.fnUntraced(function*<R>(
  start: number,
  read: (after: number) => Read<R>,
  placeOf: (event: RecordedEvent) => number
) {
  const all: Array<RecordedEvent> = []
  for (let after = start;;) {
    const page = yield* read(after)
    all.push(...page)
    const last = page.at(-1)
    if (last === undefined || placeOf(last) <= after) return all
    after = placeOf(last)
  }
})
