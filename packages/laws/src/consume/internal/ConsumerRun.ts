/** Consumers of the log of one run: the actual and the expected deliveries. */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as ProjectionFold from "@refold/core/project/ProjectionFold"
import * as Consumer from "@refold/store/consume/Consumer"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as FreshNames from "../../kit/internal/FreshNames.ts"
import type * as Sample from "../../kit/internal/Sample.ts"
import * as SampleProjections from "../../project/internal/SampleProjections.ts"

/** The services under test. */
export type Stores = EventStore | EventReader | ReadModelStore

/** The consumers of these laws. */
export type SampleConsumer = Consumer.Consumer<Sample.Event>

/** Brings a consumer up to the head of the log: `Consumer.catchUp`, or another one for the planted faults. */
export type CatchUp = (consumer: SampleConsumer, options: Consumer.Options) => Effect.Effect<unknown, unknown, Stores>

/** A delivery: the place of the event, its key, and the event. */
export interface Letter {
  readonly stream: StreamName
  readonly version: number
  readonly key: string
  readonly event: Sample.Event
}

/** The options of a consumer of the run. */
export interface Options {
  /** Whether events of seven coins fail. */
  readonly isPoisoned?: boolean | undefined
  /** Whether the code lacks the last schema version of an event type. */
  readonly isOlder?: boolean | undefined
  /** Whether its events are handled together. */
  readonly isTogether?: boolean | undefined
  /** The maximum number of events that it handles at the same time. */
  readonly concurrency?: number | undefined
  /** Called when the handler begins and ends to handle an event. */
  readonly note?: ((what: "begin" | "end", delivery: Consumer.Delivery) => void) | undefined
  /** The key that assigns its events to partitions; their stream by default. */
  readonly partitionBy?: ((event: Sample.Event) => string) | undefined
  /** Distinguishes the consumers of one run. */
  readonly name?: string | undefined
}

/** A consumer, its projection for `ProjectionFold`, and its deliveries so far. */
export const make = (fresh: FreshNames.FreshNames, letters: Array<Letter>, options: Options = {}) => {
  const { concurrency = 1, isOlder, isPoisoned = false, isTogether = false, name = "letters", note, partitionBy } =
    options
  // All or none.
  const deliver = (delivered: ReadonlyArray<Consumer.Delivered<Sample.Event>>) =>
    Effect.suspend(() => {
      if (isPoisoned && delivered.some(({ event }) => fails(event))) return Effect.fail("seven")
      for (const { delivery: { key, stream, version }, event } of delivered)
        letters.push({ stream, version, key, event })
      return Effect.void
    })
  const { categories, events } = SampleProjections.make({ keys: "none", removes: false, poison: "Nothing" }, {
    fresh,
    isOlder
  })
  return Consumer.makeUnsafe<Sample.Event>({
    name: `${fresh.text("fade0fade0fa")}-${name}`,
    events,
    categories,
    startAt: "start",
    partitionBy,
    ...isTogether
      ? { handleAll: deliver }
      : {
        concurrency,
        handle: Effect.fnUntraced(function*(event, delivery) {
          note?.("begin", delivery)
          // Concurrent handlers do not end in the order in which they began.
          const yields = concurrency > 1 ? delivery.version % 3 : 0
          for (let n = 0; n < yields; n++) yield* Effect.yieldNow
          yield* deliver([{ event, delivery }])
          note?.("end", delivery)
        })
      }
  })
}

const fails = (event: Sample.Event): boolean => event._tag !== "JarSealed" && event.coins === 7

/** The letters of a log, and the streams that are parked at an event that cannot be decoded or handled. */
export const expected = (
  consumer: SampleConsumer,
  log: ReadonlyArray<RecordedEvent>,
  isPoisoned = false
): { readonly letters: ReadonlyArray<Letter>; readonly parked: ReadonlyArray<StreamName> } => {
  const letters: Array<Letter> = []
  const parked: Array<StreamName> = []
  for (const event of log) {
    if (!ProjectionFold.reads(consumer, event) || parked.includes(event.stream)) continue
    const decoded = consumer.events.decode(event)
    const own = Result.getOrElse(decoded, () => [])
    const failed = isPoisoned ? own.findIndex(fails) : -1
    const { id, stream, version } = event
    const delivered = failed === -1 ? own.length : consumer.handleAll === undefined ? failed : 0
    for (const [part, one] of own.slice(0, delivered).entries()) {
      letters.push({ stream, version, key: `${consumer.name}:${id}${part === 0 ? "" : `:${part}`}`, event: one })
    }
    if (failed !== -1 || Result.isFailure(decoded)) parked.push(stream)
  }
  return { letters, parked }
}

/** Parks at the first failure, because retries cannot succeed. */
export const batching = (batchSize: number): Consumer.Options => ({ batchSize, attempts: 1 })
