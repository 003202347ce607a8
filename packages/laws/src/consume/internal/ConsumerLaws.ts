/**
 * The laws of consumers: every event is delivered, in the order of its stream and under one key, with any batching and after any
 * crash; a parked stream delays no other; newer events wait for newer code.
 */
import type { StreamName } from "@refold/core/event/StreamName"
import type { Projection } from "@refold/core/project/Projection"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Parked from "@refold/store/project/Parked"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as BatchCrash from "../../project/internal/BatchCrash.ts"
import type * as Histories from "../../project/internal/Histories.ts"
import * as ProjectionRun from "../../project/internal/ProjectionRun.ts"
import * as ConsumerRun from "./ConsumerRun.ts"

/** A log that grows in parts, and how its events are handled. */
export interface GrowingLog {
  readonly isTogether: boolean
  readonly concurrency: number
  readonly parts: ReadonlyArray<Histories.Part>
}

const feed = Effect.fnUntraced(function*(
  fresh: FreshNames.FreshNames,
  parts: GrowingLog["parts"],
  catchUp: (batchSize: number) => Effect.Effect<unknown, unknown, ConsumerRun.Stores>
) {
  yield* catchUp(1)
  for (const { batchSize, entries } of parts) {
    yield* ProjectionRun.append(fresh, entries)
    yield* catchUp(batchSize)
  }
  return yield* ProjectionRun.log(fresh)
})

const parkedStreams = (consumer: Pick<Projection<never, unknown>, "name">) =>
  Effect.map(Parked.list(consumer), (parked) => parked.map(({ stream }) => stream))

// If several events are handled at the same time, only those of a stream have an order.
const inOrder = <Letter extends Pick<ConsumerRun.Letter, "stream">>(
  concurrency: number,
  letters: ReadonlyArray<Letter>
) => concurrency === 1 ? letters : byStream(letters)

/** Compares the letters in the order of the log, or of their streams. */
export const everyEventInOrder = (catchUp: ConsumerRun.CatchUp = Consumer.catchUp) =>
  Law.make<GrowingLog, ConsumerRun.Stores>(
    "a consumer run in batches of any size delivers every event once, in the order of the log",
    ({ concurrency, isTogether, parts }) =>
      Effect.gen(function*() {
        const fresh = yield* FreshNames.make
        const letters: Array<ConsumerRun.Letter> = []
        const consumer = ConsumerRun.make(fresh, letters, { concurrency, isTogether })
        const log = yield* feed(fresh, parts, (size) => catchUp(consumer, ConsumerRun.batching(size)))
        const { letters: right } = ConsumerRun.expected(consumer, log)
        return { left: inOrder(concurrency, letters), right: inOrder(concurrency, right) }
      })
  )

/** Compares when the handler begins and ends, in each stream. */
export const streamsTakeTurns = (catchUp: ConsumerRun.CatchUp = Consumer.catchUp) =>
  Law.make<Logged, ConsumerRun.Stores>(
    "a consumer that handles events at the same time handles those of a stream one after another",
    ({ batchSize, concurrency, history }) =>
      Effect.gen(function*() {
        const fresh = yield* FreshNames.make
        yield* ProjectionRun.append(fresh, history)
        const notes: Array<{ readonly what: string; readonly stream: StreamName; readonly key: string }> = []
        const consumer = ConsumerRun.make(fresh, [], {
          concurrency,
          note: (what, { key, stream }) => notes.push({ what, stream, key })
        })
        yield* catchUp(consumer, ConsumerRun.batching(batchSize))
        const { letters } = ConsumerRun.expected(consumer, yield* ProjectionRun.log(fresh))
        const turns = letters.flatMap(({ key, stream }) => ["begin", "end"].map((what) => ({ what, stream, key })))
        return { left: byStream(notes), right: byStream(turns) }
      })
  )

/** Events of seven coins fail, and some data cannot be decoded. */
export const parkedStreamsWait = Law.make<GrowingLog, ConsumerRun.Stores>(
  "an event that fails parks its stream, and the events of other streams are delivered",
  ({ concurrency, isTogether, parts }) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const letters: Array<ConsumerRun.Letter> = []
      const consumer = ConsumerRun.make(fresh, letters, { isPoisoned: true, concurrency, isTogether })
      const log = yield* feed(fresh, parts, (size) => Consumer.catchUp(consumer, ConsumerRun.batching(size)))
      const expected = ConsumerRun.expected(consumer, log, true)
      return {
        left: { letters: inOrder(concurrency, letters), parked: yield* parkedStreams(consumer) },
        right: { letters: inOrder(concurrency, expected.letters), parked: expected.parked }
      }
    })
)

/** By fixed code. Compares the letters of each stream, without those that a failed attempt has delivered in part. */
export const retriedStreamsGoOn = Law.make<GrowingLog, ConsumerRun.Stores>(
  "parked streams that are retried are delivered from the event that failed on, in order",
  ({ concurrency, isTogether, parts }) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const letters: Array<ConsumerRun.Letter> = []
      const broken = ConsumerRun.make(fresh, letters, { isPoisoned: true, concurrency, isTogether })
      const log = yield* feed(fresh, parts, (size) => Consumer.catchUp(broken, ConsumerRun.batching(size)))
      const repaired = ConsumerRun.make(fresh, letters, { concurrency, isTogether })
      for (const stream of yield* parkedStreams(broken)) yield* Parked.retry(Consumer.target(repaired), stream)
      const { letters: expected } = ConsumerRun.expected(repaired, log)
      return { left: byStream(firstOf(letters)), right: byStream(expected) }
    })
)

/** After each part, old code runs and then new code. */
export const newerEventsWait = Law.make<GrowingLog, ConsumerRun.Stores>(
  "where code that is too old for an event stops, newer code delivers the rest, and nothing twice",
  ({ concurrency, isTogether, parts }) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const letters: Array<ConsumerRun.Letter> = []
      const [older, newer] = [true, false].map((isOlder) =>
        ConsumerRun.make(fresh, letters, { isOlder, concurrency, isTogether })
      )
      const log = yield* feed(fresh, parts, (size) =>
        Effect.andThen(
          Effect.ignore(Consumer.catchUp(older!, ConsumerRun.batching(size))),
          Consumer.catchUp(newer!, ConsumerRun.batching(size))
        ))
      const places = (some: ReadonlyArray<ConsumerRun.Letter>) =>
        inOrder(concurrency, some.map(({ key, stream, version }) => ({ key, stream, version })))
      return { left: places(letters), right: places(ConsumerRun.expected(newer!, log).letters) }
    })
)

/** A log, and a batch size. */
export interface Logged {
  readonly history: Histories.History
  readonly concurrency: number
  readonly batchSize: number
}

// Crashes during each batch in turn, at each moment of the batch; then another program continues.
const crashed = Effect.fnUntraced(function*(catchUp: ConsumerRun.CatchUp, { batchSize, concurrency, history }: Logged) {
  const fresh = yield* FreshNames.make
  yield* ProjectionRun.append(fresh, history)
  const log = yield* ProjectionRun.log(fresh)
  const runs: Array<{
    readonly letters: ReadonlyArray<ConsumerRun.Letter>
    readonly expected: ReadonlyArray<ConsumerRun.Letter>
  }> = []
  for (const [moment, time] of BatchCrash.moments.entries()) {
    for (let n = 1, hasCrashed = true; hasCrashed; n++) {
      const letters: Array<ConsumerRun.Letter> = []
      const consumer = ConsumerRun.make(fresh, letters, { concurrency, name: `${n}-${moment}` })
      hasCrashed = yield* BatchCrash.during(n, time, catchUp(consumer, ConsumerRun.batching(batchSize)))
      yield* catchUp(consumer, ConsumerRun.batching(batchSize))
      runs.push({ letters, expected: ConsumerRun.expected(consumer, log).letters })
    }
  }
  return runs
})

/** Compares the first delivery of each event. */
export const crashesLoseNothing = (catchUp: ConsumerRun.CatchUp = Consumer.catchUp) =>
  Law.make<Logged, ConsumerRun.Stores>(
    "a consumer that is resumed after a crash at any moment has delivered every event, in the order of the log",
    (input) =>
      Effect.map(crashed(catchUp, input), (runs) => ({
        left: runs.map(({ letters }) => inOrder(input.concurrency, firstOf(letters).map(eventOf))),
        right: runs.map(({ expected }) => inOrder(input.concurrency, expected.map(eventOf)))
      }))
  )

/** Compares the keys of all deliveries with those of the events. */
export const deliveriesKeepTheirKeys = (catchUp: ConsumerRun.CatchUp = Consumer.catchUp) =>
  Law.make<Logged, ConsumerRun.Stores>(
    "an event that is delivered again after a crash has the same key, which no other event has",
    (input) =>
      Effect.map(crashed(catchUp, input), (runs) => ({
        left: runs.map(({ letters }) => new Set(letters.map(({ key }) => key))),
        right: runs.map(({ expected }) => new Set(expected.map(({ key }) => key)))
      }))
  )

// The first delivery of each part of each event.
const firstOf = (letters: ReadonlyArray<ConsumerRun.Letter>): ReadonlyArray<ConsumerRun.Letter> =>
  Arr.dedupeWith(letters, (one, two) => one.key === two.key)

const eventOf = ({ event, stream }: ConsumerRun.Letter) => ({ event, stream })

const byStream = <Letter extends Pick<ConsumerRun.Letter, "stream">>(letters: ReadonlyArray<Letter>) =>
  Arr.groupBy(letters, ({ stream }) => stream)
