/** The laws of subscriptions: each event is delivered once, in order, from any starting point. */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import { EventReader, type SubscribeOptions } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as DeliveredProgress from "./DeliveredProgress.ts"
import * as Histories from "./Histories.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import * as SampleProjections from "./SampleProjections.ts"

/** A subscription to a growing log. */
export interface SubscriptionCase {
  readonly before: Histories.History
  readonly during: Histories.History
  /** The event to start after, or from, among those stored before; counted from 1. */
  readonly from: number
  readonly types: ReadonlyArray<string> | undefined
  /** The numbers of the categories to read; all categories of the store if undefined. */
  readonly categories: ReadonlyArray<number> | undefined
  readonly occurredFrom: DateTime.Utc | undefined
  /** How long the subscriber takes to process an event, in milliseconds. */
  readonly processingMillis: number
}

// Two events, so that a subscription that loses one of them ends as well.
const endingData = ["last but one", "last"] as const

const ending: Histories.History = endingData.map((data) => ({
  stream: `${Histories.elsewhere}-last` as StreamName,
  stored: { type: "JarPainted", schemaVersion: 1, data },
  occurredAt: DateTime.makeUnsafe(Date.UTC(9999, 11, 31, 23, 59, 59, 999)),
  actor: undefined,
  joins: false
}))

// Every filter includes the last events, which mark the end.
const filterOf = (
  { categories, occurredFrom, types }: SubscriptionCase,
  fresh: FreshNames.FreshNames
): SubscribeOptions => {
  const all = [...SampleProjections.categories, Histories.elsewhere]
  return {
    types: types && [...types, "JarPainted"],
    categories: categories && [...categories.map((n) => all[n]!), Histories.elsewhere].map(fresh.text),
    occurredAt: occurredFrom && { from: occurredFrom }
  }
}

// For hangs only.
const timeout = "2 minutes"

// The events delivered up to the last one, or until the timeout.
const collect = Effect.fnUntraced(function*<E, R>(
  events: Stream.Stream<RecordedEvent, E, R>,
  processingMillis: number
) {
  const delivered: Array<RecordedEvent> = []
  yield* events.pipe(
    Stream.tap(() => processingMillis === 0 ? Effect.void : Effect.sleep(processingMillis)),
    Stream.takeUntil(({ data }) => data === "last"),
    Stream.runForEach((event) => Effect.sync(() => delivered.push(event))),
    Effect.timeoutOption(timeout)
  )
  return delivered
})

const untilEnding = <E, R>(events: Stream.Stream<RecordedEvent, E, R>): Stream.Stream<RecordedEvent, E, R> =>
  Stream.takeWhile(events, ({ data }) => endingData.every((ending) => ending !== data))

interface Following {
  readonly fresh: FreshNames.FreshNames
  readonly filter: SubscribeOptions
  /** The head of the log before the run, and the events at the start of the subscription. */
  readonly start: Position
  readonly known: ReadonlyArray<RecordedEvent>
}

// Runs a subscription while events are appended. Gives the delivered events, and those in the log.
const follow = Effect.fnUntraced(function*<A, R>(
  input: SubscriptionCase,
  run: (following: Following) => Effect.Effect<ReadonlyArray<A>, unknown, R>
) {
  const fresh = yield* FreshNames.make
  const start = yield* (yield* EventStore).head
  yield* ProjectionRun.append(fresh, input.before)
  const { events: known } = yield* RunPrograms.historySince(start)
  const fiber = yield* Effect.forkChild(run({ fresh, filter: filterOf(input, fresh), start, known }))
  yield* Effect.forEach(input.during, (entry) => Effect.delay(ProjectionRun.append(fresh, [entry]), 1))
  yield* ProjectionRun.append(fresh, ending)
  const delivered = yield* Fiber.join(fiber)
  return {
    delivered,
    log: (yield* RunPrograms.historySince(start)).events.filter((event) =>
      ReadOptions.includes(filterOf(input, fresh), event)
    )
  }
})

const positionOf = ({ known, start }: Following, n: number): Position => known[n - 1]?.position ?? start

/** Events are stored before and during the subscription, and the subscriber may be slow. */
export const everyEventOnce = Law.make(
  "a subscription delivers each event after its start once, in order",
  (input: SubscriptionCase) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      let after = Position(0)
      const { delivered, log } = yield* follow(input, (following) => {
        after = positionOf(following, Math.min(input.from, following.known.length))
        return collect(reader.subscribe({ ...following.filter, after }), input.processingMillis)
      })
      return { left: delivered, right: log.filter(({ position }) => position > after) }
    })
)

/** Resumes after the position of the last delivered event. */
export const resumedSubscriptionContinues = Law.make(
  "a subscription resumed after its last event misses no event and repeats none",
  (input: SubscriptionCase) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      const { delivered, log } = yield* follow(input, ({ filter, start }) =>
        Effect.gen(function*() {
          const all = reader.subscribe({ ...filter, after: start })
          const first = yield* collect(Stream.take(untilEnding(all), input.from), input.processingMillis)
          const after = first.at(-1)?.position ?? start
          return [...first, ...yield* collect(reader.subscribe({ ...filter, after }), input.processingMillis)]
        }))
      return { left: delivered, right: log }
    })
)

/** From an event given by its position, and by its id. */
export const replayBeginsWithTheEvent = Law.make(
  "a replay from an event starts with that event and continues as a subscription",
  (input: SubscriptionCase) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      let from: RecordedEvent | undefined
      const { delivered, log } = yield* follow(input, ({ filter, known }) =>
        Effect.gen(function*() {
          from = known[Math.min(input.from, known.length) - 1]
          if (from === undefined) return []
          const both = [from.position, from.id] as const
          const replays = yield* Effect.forEach(
            both,
            (given) => collect(reader.replayFrom(given, filter), input.processingMillis)
          )
          return replays.flat()
        }))
      const first = from?.position
      const replayed = first === undefined ? [] : log.filter(({ position }) => position >= first)
      return { left: delivered, right: [...replayed, ...replayed] }
    })
)

/** While events are appended, and up to the last one. */
export const progressCoversWhatIsDelivered = Law.make(
  "a subscription reports its progress, and has delivered every event up to it",
  (input: SubscriptionCase) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      const { delivered, log } = yield* follow(input, ({ filter, start }) =>
        DeliveredProgress.collect(reader.subscribeWithCursors({ ...filter, after: start })))
      const points = DeliveredProgress.atEach(delivered, log)
      const last = delivered.at(-1)
      return {
        left: [
          points.map(({ delivered }) =>
            delivered
          ),
          last?._tag === "Progress" && last.isCaughtUp
        ],
        right: [points.map(({ covered }) => covered), true]
      }
    })
)
