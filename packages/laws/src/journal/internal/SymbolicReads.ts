/**
 * Reads described relative to the events of a log ("as of the third event", "from one millisecond after the second"), so
 * that the same read can be made from stores with different positions and clocks.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { ReadAllBackwardsOptions, ReadStreamBackwardsOptions, TimeRange } from "@refold/core/journal/ReadOptions"
import * as DateTime from "effect/DateTime"
import * as fc from "fast-check"
import * as History from "./History.ts"

/** The time of an event, counted from 0 in the order of the log, plus a number of milliseconds. */
interface Instant {
  readonly event: number
  readonly shift: number
}

type Clock = "recordedAt" | "occurredAt"

/** A past point: the version or position of event number `n`, counted from 1, or an instant of one of the clocks. */
type PastPoint =
  | { readonly _tag: "Version" | "Position"; readonly n: number }
  | { readonly _tag: Clock; readonly instant: Instant }

/** A range of instants. An end that is undefined is open. */
interface Range {
  readonly from: Instant | undefined
  readonly to: Instant | undefined
}

/** One read. Options that are undefined are not given; numbers may be invalid, names unknown or malformed. */
export interface SymbolicRead {
  /** The stream of this event, counted from 0, or the stream with this name; all streams if undefined. */
  readonly stream: number | string | undefined
  /** After this number of events of the stream or the log. */
  readonly after: number | undefined
  readonly asOf: PastPoint | undefined
  /** Backwards: before the event with this number, counted from 1. */
  readonly before?: number | undefined
  readonly limit: number | undefined
  /** The types of these events, or these names; likewise for categories. */
  readonly types: ReadonlyArray<number | string> | undefined
  readonly categories: ReadonlyArray<number | string> | undefined
  /** The ids in the metadata of these events, or these. */
  readonly correlationId: number | string | undefined
  readonly causationId: number | string | undefined
  readonly recordedAt: Range | undefined
  readonly occurredAt: Range | undefined
}

// With every option given at once, no event would be left.
/** Undefined, but for once in `weight` + 1 times. */
export const sometimes = <A>(weight: number, arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** Numbers of events, and some invalid ones. */
export const count = fc.oneof(
  { weight: 9, arbitrary: fc.nat(6) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, NaN, Infinity, 2 ** 53 - 1, 2 ** 53) }
)

const instant: fc.Arbitrary<Instant> = fc.record({ event: fc.nat(12), shift: fc.constantFrom(0, 0, -1, 1) })

// Open at one end in one of four cases.
const end = fc.oneof({ weight: 3, arbitrary: instant }, { weight: 1, arbitrary: fc.constant(undefined) })

const range: fc.Arbitrary<Range> = fc.record({ from: end, to: end })

/** The number of an event, or one of these names. */
export const named = (others: ReadonlyArray<string>): fc.Arbitrary<number | string> =>
  fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.constantFrom(...others) })

/** Reads with every option, alone and combined. */
export const arbitrary: fc.Arbitrary<SymbolicRead> = fc.record({
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
  correlationId: sometimes(5, named(["unknown", "", "\u0000", "\uD800"])),
  causationId: sometimes(5, named(["unknown", "", "\u0000", "\uD800"])),
  recordedAt: sometimes(5, range),
  occurredAt: sometimes(5, range)
})

/** Reads backwards, with every option. */
export const backwards: fc.Arbitrary<SymbolicRead> = fc.record({ read: arbitrary, before: sometimes(1, count) })
  .map(({ before, read }) => ({ ...read, before }))

/** A read with the positions and times of one store. */
export type Request =
  | { readonly _tag: "Stream"; readonly stream: StreamName.StreamName; readonly options: ReadStreamBackwardsOptions }
  | { readonly _tag: "All"; readonly options: ReadAllBackwardsOptions }

/** The read for a store with this history. */
export const resolve = (history: History.History, read: SymbolicRead): Request => {
  const { events } = history
  const asOf = read.asOf && pastOf(history, read.asOf)
  const filters = {
    limit: read.limit,
    types: read.types?.map((type) => typeof type === "string" ? type : at(events, type)?.type ?? "none"),
    ...idOf(events, "correlationId", read.correlationId),
    ...idOf(events, "causationId", read.causationId),
    recordedAt: read.recordedAt && rangeOf(events, "recordedAt", read.recordedAt),
    occurredAt: read.occurredAt && rangeOf(events, "occurredAt", read.occurredAt)
  }
  if (read.stream === undefined) {
    const ofLog = {
      ...afterOf(history, read),
      ...read.before === undefined ? {} : { before: History.positionAt(history, read.before) },
      asOf: asOf?._tag === "Version" ? undefined : asOf
    }
    return { _tag: "All", options: { ...filters, ...ofLog } }
  }
  const after = read.after === undefined ? undefined : StreamVersion.StreamVersion(read.after)
  const before = read.before === undefined ? {} : { before: StreamVersion.StreamVersion(read.before) }
  return { _tag: "Stream", stream: streamOf(events, read.stream), options: { ...filters, after, ...before, asOf } }
}

// Of an event without one, a text that may be the id of others.
const idOf = (
  events: ReadonlyArray<RecordedEvent>,
  field: "correlationId" | "causationId",
  of: number | string | undefined
) => of === undefined ? {} : { [field]: typeof of === "string" ? of : at(events, of)?.metadata[field] ?? "null" }

// Events of other runs must not be read: a position excludes them, unless the categories do.
const afterOf = (
  history: History.History,
  read: SymbolicRead
): Pick<ReadAllBackwardsOptions, "after" | "categories"> => {
  const categories = read.categories?.map((category) =>
    typeof category === "string" ? category : StreamName.category(streamOf(history.events, category))
  )
  const excludesOthers = read.after === undefined && categories !== undefined
  return { categories, after: excludesOthers ? undefined : History.positionAt(history, read.after ?? 0) }
}

// Malformed names, too: a caller in JavaScript may pass them.
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

const pastOf = (history: History.History, past: PastPoint): AsOf.AsOf => {
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
