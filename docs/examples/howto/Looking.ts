/** Looking through the log of a store, as a command line or a web page does. */
import { DateTime, Duration, Effect, Option, Stream } from "effect"
import { type Cursor, EventReader, LogBrowser, type Position, type RecordedEvent } from "refold"
import type { StreamName, StreamVersion } from "refold"

// #region streams
/** A page of wallets; the next one begins after the last name of this one. */
export const wallets = (after?: StreamName.StreamName) =>
  LogBrowser.LogBrowser.use(({ listStreams }) =>
    Stream.runCollect(listStreams({ category: "wallet", after, limit: 100 }))
  )
// #endregion

// #region last
/** The last events of the log, the last one first, and those before an event of that page. */
export const latest = (before?: Position.Position) =>
  LogBrowser.LogBrowser.use(({ readAllBackwards }) => Stream.runCollect(readAllBackwards({ before, limit: 20 })))

export const lastDeposit = LogBrowser.LogBrowser.use(({ lastOfType }) => lastOfType("Deposited"))
// #endregion

// #region trace
type Event = RecordedEvent.RecordedEvent

export interface Trace {
  readonly event: Event
  /** The events that it directly caused. */
  readonly caused: ReadonlyArray<Trace>
}

const below = (event: Event, all: ReadonlyArray<Event>): Trace => ({
  event,
  caused: all.filter(({ metadata }) => metadata.causationId === event.id).map((next) => below(next, all))
})

/** All events of the request that caused an event, as a tree: below each event its effects. */
export const traceOf = (event: Event) =>
  Effect.gen(function*() {
    const { correlationId } = event.metadata
    if (correlationId === undefined) return [below(event, [])]
    const reader = yield* EventReader.EventReader
    // In the order of the log. `subscribe` has the same option, for new events.
    const all = yield* Stream.runCollect(reader.readAll({ correlationId }))
    const ids = new Set<string>(all.map(({ id }) => id))
    const isRoot = ({ metadata }: Event) => !ids.has(metadata.causationId ?? "")
    return all.filter(isRoot).map((root) => below(root, all))
  })
// #endregion

// #region lines
/** A trace as lines, each indented below its cause. */
export const lines = (traces: ReadonlyArray<Trace>, indent = ""): ReadonlyArray<string> =>
  traces.flatMap(({ caused, event }) => [
    `${indent}${event.type} in ${event.stream} at ${event.version}`,
    ...lines(caused, `${indent}  `)
  ])
// #endregion

// #region live
/** The events of one wallet after a version, then each new one. */
export const followWallet = (wallet: StreamName.StreamName, after?: StreamVersion.StreamVersion) =>
  Stream.unwrap(
    EventReader.EventReader.use(({ subscribeStream }) => Effect.succeed(subscribeStream(wallet, { after })))
  )
// #endregion

// #region progress
/** Handles all deposits and stores the cursor; ends when it has caught up with the log. */
export const catchUp = <E, R>(
  handle: (event: Event) => Effect.Effect<void, E, R>,
  save: (cursor: Cursor.Cursor, position: number) => Effect.Effect<void, E, R>,
  cursor?: Cursor.Cursor
) =>
  EventReader.EventReader.use(({ subscribeWithCursors }) =>
    subscribeWithCursors({ types: ["Deposited"], cursor }).pipe(
      Stream.takeUntil((one) => one._tag === "Progress" && one.isCaughtUp),
      Stream.runForEach((one) => {
        if (one._tag === "Event") return handle(one.event)
        // The cursor advances even if there are few deposits.
        return one.cursor === undefined ? Effect.void : save(one.cursor, one.position)
      })
    )
  )
// #endregion

// #region key
/** The result of a request: the events that its key stored, the age of the key, and its expiry by a policy of seven days. */
export const requestOf = (key: string) =>
  Effect.gen(function*() {
    const { findKey } = yield* LogBrowser.LogBrowser
    const now = yield* DateTime.now
    return Option.map(yield* findKey(key), ({ answer, neverExpires, storedAt }) => ({
      stored: answer.streams.map(({ firstVersion, stream, version }) => `${stream} ${firstVersion} to ${version}`),
      age: DateTime.distance(storedAt, now),
      expiresAt: neverExpires ? undefined : DateTime.addDuration(storedAt, Duration.days(7))
    }))
  })
// #endregion

/** The type of the last event of a stream; none if it does not exist. */
export const lastTypeOf = (stream: StreamName.StreamName) =>
  LogBrowser.LogBrowser.use(({ lastOfStream }) => Effect.map(lastOfStream(stream), Option.map(({ type }) => type)))
