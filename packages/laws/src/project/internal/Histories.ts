/**
 * Histories for projections: events in a few streams of a few categories, in every version, with events in between that
 * no projection reads. Their names contain the placeholder of `FreshNames`.
 */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import * as StreamName from "@refold/core/event/StreamName"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type * as AggregateHistory from "../../decide/internal/AggregateHistory.ts"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** One event of a stream. */
export interface Entry extends AggregateHistory.Entry {
  readonly stream: StreamName.StreamName
  readonly actor: string | undefined
  /** Whether it is stored in the same commit as the event before. */
  readonly joins: boolean
}

/** Events, in the order of the log. */
export type History = ReadonlyArray<Entry>

/** A category that the projections do not read. */
export const elsewhere = `else${FreshNames.placeholder}`

/** Events that are appended and then folded in batches of this size. */
export interface Part {
  readonly entries: History
  readonly batchSize: number
}

const stream: fc.Arbitrary<StreamName.StreamName> = fc.record({
  category: fc.constantFrom(...SampleProjections.categories, ...SampleProjections.categories, elsewhere),
  // One id is more frequent, because most faults show only with two events in a stream.
  id: fc.constantFrom("1", "1", "2-2", "ü '")
}).map(({ category, id }) => Result.getOrThrow(StreamName.make(category, id)))

// Seven is more frequent, because shapes with poison cannot fold it.
const coins = fc.oneof({ weight: 8, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.constant(7) })
const amounts = fc.array(coins, { maxLength: 2 })
const note = fc.constantFrom("a", "b", "__proto__", "ß\u{1F600}")
const notes = fc.uniqueArray(note, { maxLength: 3 })
const version = (type: string, schemaVersion: number, data: fc.Arbitrary<EncodedEvent["data"]>) =>
  data.map((data): EncodedEvent => ({ type, schemaVersion, data }))

// Every version and name that projections can decode, one that is split, one that is retired, and one that they do not read.
const readable: ReadonlyArray<fc.WeightedArbitrary<EncodedEvent>> = [
  { weight: 1, arbitrary: version("CoinsAdded", 1, fc.record({ amount: coins })) },
  { weight: 1, arbitrary: version("CoinsAdded", 2, fc.record({ coins, note: fc.oneof(fc.constant(""), note) })) },
  { weight: 3, arbitrary: version("CoinsAdded", 3, fc.record({ coins, notes })) },
  { weight: 1, arbitrary: version("CoinsAdded", 4, fc.record({ coins, notes, by: fc.constant("Ada") })) },
  { weight: 2, arbitrary: version("CoinsTaken", 1, fc.record({ coins })) },
  { weight: 1, arbitrary: version("CoinsRemoved", 1, fc.record({ coins })) },
  { weight: 3, arbitrary: version("JarSealed", 1, fc.constant({})) },
  { weight: 1, arbitrary: version("JarFilled", 1, fc.record({ amounts, spilt: coins })) },
  { weight: 1, arbitrary: version("JarSeen", 2, fc.constant(null)) },
  { weight: 1, arbitrary: version("JarPainted", 1, fc.constant(null)) }
]

// Data that does not decode, and an invalid row key.
const broken: ReadonlyArray<fc.WeightedArbitrary<EncodedEvent>> = [
  { weight: 1, arbitrary: version("CoinsTaken", 1, fc.constant({ coins: "many" })) },
  { weight: 1, arbitrary: version("JarSealed", 1, fc.constant(null)) },
  { weight: 1, arbitrary: version("CoinsAdded", 3, fc.record({ coins, notes: fc.constant(["a", ""]) })) }
]

const entries = (...stored: ReadonlyArray<fc.WeightedArbitrary<EncodedEvent>>): fc.Arbitrary<Entry> =>
  fc.record({
    stream,
    stored: fc.oneof(...stored),
    occurredAt: Arbitraries.time,
    actor: fc.constantFrom(undefined, "Ada", "Bo"),
    joins: fc.boolean()
  })

/** Events that every projection without poison can fold. */
export const readableEntry: fc.Arbitrary<Entry> = entries(...readable)

/** Events, some of which cannot be decoded or folded. */
export const entry: fc.Arbitrary<Entry> = entries(...readable, ...broken)

/** Up to eight events. */
export const of = (entry: fc.Arbitrary<Entry>, maxLength = 8): fc.Arbitrary<History> => fc.array(entry, { maxLength })

/** Up to four parts of up to four events. */
export const parts = (entry: fc.Arbitrary<Entry>): fc.Arbitrary<ReadonlyArray<Part>> =>
  fc.array(fc.record({ entries: of(entry, 4), batchSize: fc.integer({ min: 1, max: 4 }) }), { maxLength: 4 })
