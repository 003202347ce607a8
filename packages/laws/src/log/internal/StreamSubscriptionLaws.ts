/** The laws of subscriptions to one stream: each event of the stream is delivered once, in order, from any version on. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "./RunPrograms.ts"

/** A subscription to a growing stream, while another stream grows, too. */
export interface StreamCase {
  /** The numbers of events before and during the subscription. */
  readonly before: number
  readonly during: number
  /** The version to start after; the last one if the stream is shorter. */
  readonly from: number
  /** Whether only events of every second type are read. */
  readonly isFiltered: boolean
}

const own = FreshNames.noteStream("followed")
const other = FreshNames.noteStream("other")

// The last event passes the filter.
const typeOf = (n: number, isLast: boolean): string => n % 2 === 0 || isLast ? "Noted" : "Marked"

const noted = (stream: StreamName, n: number, isLast = false) => {
  const event: NewEvent = { ...FreshNames.note(isLast ? "last" : n, n), type: typeOf(n, isLast) }
  return { stream, event }
}

// Each event of the stream is appended with one of another stream.
const append = Effect.fnUntraced(function*(fresh: FreshNames.FreshNames, n: number, isLast = false) {
  const store = yield* EventStore
  for (const { event, stream } of [noted(other, 2 * n), noted(own, 2 * n + 1, isLast)]) {
    const named = { ...event, id: fresh.eventId(event.id), type: stream === own ? typeOf(n, isLast) : event.type }
    yield* store.append(fresh.stream(stream), [named])
  }
})

// For hangs only.
const timeout = "1 minute"

const collect = Effect.fnUntraced(function*<E, R>(events: Stream.Stream<RecordedEvent, E, R>) {
  const delivered: Array<RecordedEvent> = []
  yield* events.pipe(
    Stream.takeUntil(({ data }) => data === "last"),
    Stream.runForEach((event) => Effect.sync(() => delivered.push(event))),
    Effect.timeoutOption(timeout)
  )
  return delivered
})

const follow = <R>(
  { before, during, from, isFiltered }: StreamCase,
  read: (stream: StreamName, options: {
    readonly after: StreamVersion
    readonly types: ReadonlyArray<string> | undefined
  }) => Effect.Effect<ReadonlyArray<RecordedEvent>, unknown, R>
) =>
  Effect.gen(function*() {
    const fresh = yield* FreshNames.make
    const stream = fresh.stream(own)
    const numbers = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n)
    yield* Effect.forEach(numbers(0, before), (n) => append(fresh, n))
    const after = StreamVersion(Math.min(from, before))
    const options = { after, types: isFiltered ? ["Noted"] : undefined }
    const fiber = yield* Effect.forkChild(read(stream, options))
    yield* Effect.forEach(numbers(before, during), (n) => Effect.delay(append(fresh, n), 1))
    yield* append(fresh, before + during, true)
    return { left: yield* Fiber.join(fiber), right: yield* RunPrograms.readStream(stream, options) }
  })

/** Events are stored before and during the subscription, in this stream and in another one. */
export const everyEventOfTheStreamOnce = Law.make(
  "a subscription to a stream delivers each event after its version once, in order",
  (input: StreamCase) =>
    follow(
      input,
      (stream, options) => Effect.flatMap(EventStore, (store) => collect(store.subscribeStream(stream, options)))
    )
)

/** Resumes after the version of the last delivered event. */
export const resumedAfterAVersion = Law.make(
  "a subscription to a stream that is resumed after its last event misses no event and repeats none",
  (input: StreamCase) =>
    follow(input, (stream, options) =>
      Effect.gen(function*() {
        const store = yield* EventStore
        const first = yield* collect(Stream.take(store.subscribeStream(stream, options), 1))
        const [last] = first
        if (last === undefined || last.data === "last") return first
        return [...first, ...yield* collect(store.subscribeStream(stream, { ...options, after: last.version }))]
      }))
)
