/** Faults of reads, for adapters and Journals: a change to the options or to the returned events. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as AsOf from "@refold/core/journal/AsOf"
import type { ReadAllOptions, TimeRange } from "@refold/core/journal/ReadOptions"
import * as DateTime from "effect/DateTime"

/** The options of both kinds of reads. */
interface Options extends Omit<ReadAllOptions, "after" | "asOf"> {
  readonly after?: number | undefined
  readonly asOf?: AsOf.AsOf | undefined
}

/** The changes; an omitted one changes nothing. */
export interface ReadFault {
  readonly request?: (options: Options) => Options
  readonly response?: (events: ReadonlyArray<RecordedEvent>, options: Options) => ReadonlyArray<RecordedEvent>
}

export const keysAreReversed: ReadFault = {
  response: (events) =>
    events.map((event) =>
      typeof event.data === "object" && event.data !== null && !Array.isArray(event.data)
        ? { ...event, data: Object.fromEntries(Object.entries(event.data).toReversed()) }
        : event
    )
}

const before = (instant: DateTime.Utc) => DateTime.subtract(instant, { milliseconds: 1 })

/** A change to the past point. */
const past = (change: (asOf: AsOf.AsOf) => AsOf.AsOf): ReadFault => ({
  request: (options) => options.asOf === undefined ? options : { ...options, asOf: change(options.asOf) }
})

export const limitOffByOne: ReadFault = {
  request: (options) => options.limit === undefined ? options : { ...options, limit: options.limit + 1 }
}

export const noTypesMeansAllTypes: ReadFault = {
  request: (options) => options.types?.length === 0 ? { ...options, types: undefined } : options
}

export const versionIsExclusive = past((asOf) =>
  asOf._tag === "Version" ? AsOf.version(Math.max(0, asOf.version - 1)) : asOf
)

export const positionIsExclusive = past((asOf) =>
  asOf._tag === "Position" ? AsOf.position(Math.max(0, asOf.position - 1)) : asOf
)

export const recordedAtIsExclusive = past((asOf) =>
  asOf._tag === "RecordedAt" ? AsOf.recordedAt(before(asOf.instant)) : asOf
)

export const instantsArePrefixes: ReadFault = {
  request: ({ asOf, ...options }) => asOf?._tag === "OccurredAt" ? options : { asOf, ...options },
  response: (events, { asOf }) => {
    if (asOf?._tag !== "OccurredAt") return events
    const later = events.findIndex((event) => !AsOf.includes(asOf, event))
    return later < 0 ? events : events.slice(0, later)
  }
}

export const commitsAreEvents: ReadFault = {
  response: (events) => events.map((event) => ({ ...event, commit: event.position }))
}

/** The events of one write as one commit. */
export const commitsAreWrites: ReadFault = {
  response: (events) =>
    events.map((event) => {
      const first = events.find(({ commit, stream }) => commit === event.commit && stream === event.stream)
      return { ...event, commit: first!.position }
    })
}

/** Reads by a correlation id the events that have the id in either field. */
export const idsAreMixedUp: ReadFault = {
  request: ({ correlationId, ...options }) =>
    correlationId === undefined ? options : { ...options, causationId: correlationId }
}

/** Returns only one event of each id. */
export const idsAreUnique: ReadFault = {
  response: (events, { causationId }) => causationId === undefined ? events : events.slice(0, 1)
}

const swapped = ({ from, to }: TimeRange): TimeRange =>
  from !== undefined && to !== undefined && DateTime.isLessThan(to, from) ? { from: to, to: from } : { from, to }

export const invertedRangesAreSwapped: ReadFault = {
  request: ({ occurredAt, ...options }) =>
    occurredAt === undefined ? options : { ...options, occurredAt: swapped(occurredAt) }
}

export const pagesSkipOne: ReadFault = {
  request: (options) =>
    options.limit === 2 && options.after !== undefined && options.after > 0
      ? { ...options, after: options.after + 1 }
      : options
}

export const versionsStartAtZero: ReadFault = {
  response: (events) => events.map((event) => ({ ...event, version: StreamVersion(event.version - 1) }))
}

export const streamsAreReversed: ReadFault = {
  response: (events) => events.toReversed()
}

/** Versions that decrease in the order of the stream. */
export const versionsDecrease: ReadFault = {
  response: (events) => events.map((event) => ({ ...event, version: StreamVersion(1_000 - event.version) }))
}

export const recordedAtIsOccurredAt: ReadFault = {
  response: (events) => events.map((event) => ({ ...event, recordedAt: event.occurredAt }))
}

/** The time of the clock for each write of a commit, in which the clock has ticked. */
export const writesHaveTimes: ReadFault = {
  response: (events) =>
    events.map((event) => {
      const first = events.find(({ commit }) => commit === event.commit)!
      const milliseconds = first.stream === event.stream ? 0 : 1
      return { ...event, recordedAt: DateTime.add(event.recordedAt, { milliseconds }) }
    })
}

const kept = new Map<string, RecordedEvent>()

export const objectsAreShared: ReadFault = {
  response: (events) =>
    events.map((event) => {
      const own = kept.get(event.id) ?? { ...event }
      kept.set(event.id, own)
      return own
    })
}
