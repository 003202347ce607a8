/** Subscriptions: read the log up to the head, and again whenever the head has moved. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { position } from "@refold/core/journal/AsOf"
import * as ReadOptions from "@refold/core/journal/ReadOptions"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import {
  EventNotFound,
  type EventReader,
  type ReaderAdapter,
  type ReadFailure,
  type SubscribeOptions
} from "../EventReader.ts"
import type { EventStoreError } from "../EventStoreError.ts"
import * as RetryPolicies from "./RetryPolicies.ts"

/** The subscriptions of a reader. */
export const make = (adapter: ReaderAdapter): Pick<EventReader["Service"], "subscribe" | "replayFrom"> => ({
  subscribe: (options = {}) =>
    Stream.unwrap(Effect.gen(function*() {
      const { after = Position.start, ...filter } = yield* Effect.fromResult(ReadOptions.check(options))
      yield* checkPast(adapter, after)
      return follow(adapter, filter, after)
    })),
  replayFrom: (from, options = {}) =>
    Stream.unwrap(Effect.gen(function*() {
      const filter = yield* Effect.fromResult(ReadOptions.check(options))
      const start = yield* typeof from === "number" ? checkPosition(from) : find(adapter, from)
      const after = Position.Position(Math.max(0, start - 1))
      yield* checkPast(adapter, after)
      return follow(adapter, filter, after)
    }))
})

const checkPosition = (from: Position.Position): Effect.Effect<Position.Position, InvalidInput> =>
  Number.isSafeInteger(from) && from >= 0
    ? Effect.succeed(from)
    : new InvalidInput({ field: "from", rule: "must be a whole number of 0 or more" })

const find = Effect.fnUntraced(function*(adapter: ReaderAdapter, id: Parameters<ReaderAdapter["findEvent"]>[0]) {
  const found = yield* adapter.findEvent(id)
  return Option.isNone(found) ? yield* new EventNotFound({ id }) : found.value.position
})

// A subscription that starts beyond the last event would silently skip the events that are appended up to there.
const checkPast = Effect.fnUntraced(function*(adapter: ReaderAdapter, after: Position.Position) {
  if (after === Position.start) return
  const { last } = yield* retryForever(Stream.fromEffect(adapter.bound)).pipe(
    Stream.runHead,
    Effect.map(Option.getOrThrow)
  )
  if (after > last) {
    return yield* new InvalidInput({ field: "after", rule: `must not be beyond the last event, at position ${last}` })
  }
})

const follow = (
  adapter: ReaderAdapter,
  filter: SubscribeOptions,
  after: Position.Position
): Stream.Stream<RecordedEvent, ReadFailure> =>
  Stream.suspend(() => {
    let cursor = after
    const readUpTo = (head: Position.Position) =>
      // After a failure the read starts again behind the last event that was emitted.
      retryForever(Stream.suspend(() => adapter.readAll({ ...filter, after: cursor, asOf: position(head) }))).pipe(
        Stream.mapArray((events) => {
          cursor = events.at(-1)!.position
          return events
        }),
        Stream.concat(Stream.fromEffectDrain(Effect.sync(() => {
          cursor = head
        })))
      )
    return Stream.flatMap(adapter.heads, (head) => head > cursor ? readUpTo(head) : Stream.empty)
  })

// Adapters retry for a limited time. A subscription retries without a limit, unless the failure is permanent.
const retryForever = <A>(
  read: Stream.Stream<A, InvalidInput | EventStoreError>
): Stream.Stream<A, InvalidInput | EventStoreError> =>
  read.pipe(
    Stream.tapError((error) =>
      isRetried(error)
        ? Effect.logWarning("a subscription could not use the store and tries again", error)
        : Effect.void
    ),
    Stream.retry((forErrors) =>
      Schedule.while(forErrors(RetryPolicies.storeUnavailable), ({ input }) => isRetried(input))
    )
  )

const isRetried = (error: InvalidInput | EventStoreError): boolean =>
  error._tag === "EventStoreError" && error.isPermanent !== true
