/** Event readers with one fault each. */
import type { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Delivered, EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { memory } from "./ReadModels.ts"

type Reader = EventReader["Service"]

const readers = (change: (reader: Reader) => Partial<Reader>) =>
  memory((services) => {
    const reader = Context.get(services, EventReader)
    const store = Context.get(services, EventStore.EventStore)
    return Context.make(EventReader, EventReader.of({ ...reader, ...change(reader) })).pipe(
      Context.add(EventStore.EventStore, EventStore.EventStore.of({ ...store, ...change(reader) }))
    )
  })

/** Reports no newer events, so that inline rows are not brought up to date. */
export const reportsNoNewerEvents = readers(() => ({
  streamVersions: (streams) => Effect.succeed(streams.map(() => StreamVersion(0)))
}))

/** Reads the log to its head for every past point. */
export const readsToTheHead = readers(({ readAll }) => ({
  readAll: (options) => readAll({ ...options, asOf: undefined })
}))

/** Reads streams to their end for every past point. */
export const readsStreamsToTheEnd = readers(({ readStream }) => ({
  readStream: (stream, options) => readStream(stream, { ...options, asOf: undefined })
}))

export const readsStreamsBackwards = readers(({ readStream }) => ({
  readStream: (stream, options) =>
    Stream.fromIterableEffect(
      Effect.map(Stream.runCollect(readStream(stream, options)), (events) => events.toReversed())
    )
}))

/** Ends the log at the first event after the instant. */
export const treatsInstantsAsPrefixes = readers(({ readAll }) => ({
  readAll: (options = {}) => {
    const { asOf, ...rest } = { ...options, columns: undefined }
    return asOf?._tag === "OccurredAt"
      ? Stream.takeWhile(
        readAll(rest),
        ({ occurredAt }) => occurredAt.epochMilliseconds <= asOf.instant.epochMilliseconds
      )
      : readAll(options)
  }
}))

const withProgressBefore = (one: Delivered): Arr.NonEmptyReadonlyArray<Delivered> => {
  if (one._tag === "Progress") return [one]
  const { cursor, event: { position } } = one
  return [{ _tag: "Progress", position, head: position, isCaughtUp: true, cursor }, one]
}

/** Reports progress up to an event before it delivers the event. */
export const reportsProgressEarly = readers(({ subscribeWithCursors }) => ({
  subscribeWithCursors: (options) =>
    Stream.mapArray(subscribeWithCursors({ ...options, columns: undefined }), Arr.flatMap(withProgressBefore))
}))

/** Delivers the last event again. */
export const resumesEarly = readers(({ subscribe }) => ({
  subscribe: ({ after = 0 as Position, ...options } = {}) =>
    subscribe({ ...options, after: Math.max(0, after - 1) as Position })
}))

/** Skips an event, and the first event of a replay. */
export const resumesLate = readers(({ replayFrom, subscribe }) => ({
  subscribe: ({ after = 0 as Position, ...options } = {}) =>
    after === 0 ? subscribe(options) : Stream.drop(subscribe({ ...options, after }), 1),
  replayFrom: (from, options) => Stream.drop(replayFrom(from, options), 1)
}))

/** Each partition reads every event. */
export const readsAllPartitions = readers(({ readAll }) => ({
  readAll: (options) => readAll({ ...options, partition: undefined })
}))

/** The second partition reads nothing. */
export const readsAllPartitionsButOne = readers(({ readAll }) => ({
  readAll: (options) =>
    options?.partition?.number === 1
      ? Stream.empty
      : readAll(options)
}))
