/**
 * Programs for lists of streams, and lists described relative to the events of a log, so that the same list can be asked of
 * different stores.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { ListOptions } from "@refold/core/journal/StreamList"
import * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import type * as History from "./History.ts"
import type { Program } from "./Programs.ts"
import { count, named, sometimes } from "./SymbolicReads.ts"

// One is the beginning of the other. The ids sort differently by UTF-16 units than by bytes.
const categories = ["", "s"].map((end) => `list${FreshNames.placeholder}${end}`)
const ids = fc.oneof(fc.constantFrom("\u{10FFFF}", "\uFFFD", "a", "a-b", "é"), Arbitraries.name)

/** Programs that append to up to ten streams of two categories. */
export const program: fc.Arbitrary<Program> = fc.array(
  fc.record({ category: fc.constantFrom(...categories), id: ids, events: fc.integer({ min: 1, max: 2 }) }),
  { minLength: 1, maxLength: 10, size: "max" }
).map((appends) =>
  appends.map(({ category, events, id }, index) => ({
    writes: [{
      stream: Result.getOrThrow(StreamName.make(category, id)),
      expected: ExpectedVersion.Any,
      events: Arr.makeBy(events, (n) => FreshNames.note(n, 2 * index + n))
    }]
  }))
)

/** One list. Options that are undefined are not given; numbers may be invalid, names unknown or malformed. */
export interface SymbolicListing {
  /** The category of this event, counted from 0, or this one. Always given: a store may have streams of other runs. */
  readonly category: number | string
  /** After the stream of this event, or after this name. */
  readonly after: number | string | undefined
  readonly limit: number | undefined
}

/** Lists with every option, alone and combined. */
export const arbitrary: fc.Arbitrary<SymbolicListing> = fc.record({
  category: named(["unknown", "", "with-dash", "\u0000"]),
  after: sometimes(1, named(["a-1", "\u{10FFFF}-1", "\uFFFD-1", "nodash", "\u0000-1"])),
  limit: sometimes(2, count)
})

/** The options for a store with this history. */
export const resolve = ({ events }: History.History, { after, category, limit }: SymbolicListing): ListOptions => ({
  category: typeof category === "string" ? category : StreamName.category(streamOf(events, category)),
  after: after === undefined ? undefined : streamOf(events, after),
  limit
})

// Malformed names, too: a caller in JavaScript may give them.
const streamOf = (events: ReadonlyArray<RecordedEvent>, stream: number | string): StreamName.StreamName =>
  typeof stream === "string"
    ? stream as StreamName.StreamName
    : events[stream % events.length]?.stream ?? streamOf(events, "nowhere-0")
