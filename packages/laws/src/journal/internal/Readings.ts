/**
 * Readings: what a reader may ask of a log, told by the log's own events ("as of the third event", "from a millisecond
 * after the second"), so that the same reading can be put to stores with other positions and other clocks.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { ReadAllOptions, ReadStreamOptions, TimeRange } from "@refold/core/journal/ReadOptions"
import * as DateTime from "effect/DateTime"
import * as fc from "fast-check"
import * as History from "./History.ts"

/** The time of an event, counted from 0 in the order of the log, and so many milliseconds more. */
export interface Instant {
  readonly event: number
  readonly shift: number
}

type Clock = "recordedAt" | "occurredAt"

/** A point of the past: the place of the `n`-th event, counted from 1, or an instant of one of the clocks. */
export type Past =
  | { readonly _tag: "Version" | "Position"; readonly n: number }
  | { readonly _tag: Clock; readonly instant: Instant }

/** A range of instants; an end left out is open. */
export interface Range {
  readonly from: Instant | undefined
  readonly to: Instant | undefined
}

/** One read. What is undefined is not asked for; numbers may be invalid, and names unknown or impossible. */
export interface Reading {
  /** The stream of this event, counted from 0, or the stream of this name; all streams where undefined. */
  readonly stream: number | string | undefined
  /** After so many events of the stream or the log. */
  readonly after: number | undefined
  readonly asOf: Past | undefined
  readonly limit: number | undefined
  /** The types of these events, or these texts; so with categories. */
  readonly types: ReadonlyArray<number | string> | undefined
  readonly categories: ReadonlyArray<number | string> | undefined
  readonly recordedAt: Range | undefined
  readonly occurredAt: Range | undefined
}

// One time in `weight` + 1: where all is asked for at once, nothing is left to give.
const sometimes = <A>(weight: number, arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const count = fc.oneof(
  { weight: 9, arbitrary: fc.nat(6) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, NaN, Infinity, 2 ** 53 - 1, 2 ** 53) }
)

const instant: fc.Arbitrary<Instant> = fc.record({ event: fc.nat(12), shift: fc.constantFrom(0, 0, -1, 1) })

// Open at one end, at times.
const end = fc.oneof({ weight: 3, arbitrary: instant }, { weight: 1, arbitrary: fc.constant(undefined) })

const range: fc.Arbitrary<Range> = fc.record({ from: end, to: end })

const named = (others: ReadonlyArray<string>): fc.Arbitrary<number | string> =>
  fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.constantFrom(...others) })

/** Reads with every option, alone and combined. */
export const arbitrary: fc.Arbitrary<Reading> = fc.record({
  stream: sometimes(1, named(["nowhere-0", "", "nodash", "\u0000-\u0000", "\uD800-0"])),
  after: sometimes(2, count),
  asOf: sometimes(
    1,
    fc.oneof(
      fc.record({ _tag: fc.constantFrom("Version" as const, "Position" as const), n: count }),
      fc.record({ _tag: fc.constantFrom("recordedAt" as const, "occurredAt" as const), instant })
    )
  ),
  limit: sometimes(2, count),
  types: sometimes(5, fc.array(named(["unknown", "", "\u0000", "\uD800"]), { maxLength: 3 })),
  categories: sometimes(5, fc.array(named(["unknown", "", "with-dash", "\u0000"]), { maxLength: 3 })),
  recordedAt: sometimes(5, range),
  occurredAt: sometimes(5, range)
})

/** A reading in the terms of one store. */
export type Request =
  | { readonly _tag: "Stream"; readonly stream: StreamName.StreamName; readonly options: ReadStreamOptions }
  | { readonly _tag: "All"; readonly options: ReadAllOptions }

/** What a reading asks of a store with this history. */
export const resolve = (history: History.History, reading: Reading): Request => {
  const { events } = history
  const filters = {
    limit: reading.limit,
    types: reading.types?.map((type) => typeof type === "string" ? type : at(events, type)?.type ?? "none"),
    recordedAt: reading.recordedAt && rangeOf(events, "recordedAt", reading.recordedAt),
    occurredAt: reading.occurredAt && rangeOf(events, "occurredAt", reading.occurredAt)
  }
  const asOf = reading.asOf && pastOf(history, reading.asOf)
  if (reading.stream !== undefined) {
    const after = reading.after === undefined ? undefined : StreamVersion.StreamVersion(reading.after)
    const stream = streamOf(events, reading.stream)
    return { _tag: "Stream", stream, options: { ...filters, after, asOf } }
  }
  const categories = reading.categories?.map((category) =>
    typeof category === "string" ? category : StreamName.category(streamOf(events, category))
  )
  // What others wrote before must not be read: it is left out by position, unless it is by category already.
  const after = History.positionAt(history, reading.after ?? 0)
  const skip = reading.after !== undefined || categories === undefined
  return {
    _tag: "All",
    options: {
      ...filters,
      categories,
      after: skip ? after : undefined,
      asOf: asOf?._tag === "Version" ? undefined : asOf
    }
  }
}

// Names that are none, too: a caller in JavaScript may ask for them.
const streamOf = (events: ReadonlyArray<RecordedEvent>, stream: number | string): StreamName.StreamName =>
  typeof stream === "string"
    ? stream as StreamName.StreamName
    : at(events, stream)?.stream ?? streamOf(events, "nowhere-0")

const at = (events: ReadonlyArray<RecordedEvent>, n: number): RecordedEvent | undefined => events[n % events.length]

const instantOf = (events: ReadonlyArray<RecordedEvent>, clock: Clock, { event, shift }: Instant): DateTime.Utc =>
  DateTime.makeUnsafe(DateTime.toEpochMillis(at(events, event)?.[clock] ?? DateTime.makeUnsafe(0)) + shift)

const rangeOf = (events: ReadonlyArray<RecordedEvent>, clock: Clock, { from, to }: Range): TimeRange => ({
  from: from && instantOf(events, clock, from),
  to: to && instantOf(events, clock, to)
})

const pastOf = (history: History.History, past: Past): AsOf.AsOf => {
  switch (past._tag) {
    case "Version":
      return AsOf.version(past.n)
    case "Position":
      return AsOf.position(History.positionAt(history, past.n))
    case "recordedAt":
      return AsOf.recordedAt(instantOf(history.events, past._tag, past.instant))
    case "occurredAt":
      return AsOf.occurredAt(instantOf(history.events, past._tag, past.instant))
  }
}
