/** What every store promises to those who follow its log: each event once, in order, from wherever they begin. */
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
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Play from "../../log/internal/Play.ts"
import * as Histories from "./Histories.ts"
import * as Projections from "./Projections.ts"
import * as Rows from "./Rows.ts"

/** A log that grows while somebody follows it. */
export interface Followed {
  readonly before: Histories.History
  readonly during: Histories.History
  /** After, or from, which event of those that are there before; counted from 1. */
  readonly from: number
  readonly types: ReadonlyArray<string> | undefined
  /** Which of the three categories; all of the store's, where undefined. */
  readonly categories: ReadonlyArray<number> | undefined
  readonly occurredFrom: DateTime.Utc | undefined
  /** How long the subscriber takes for each event, in milliseconds. */
  readonly takes: number
}

// Two, so that a subscriber who loses one knows the end all the same.
const ending: Histories.History = ["last but one", "last"].map((data) => ({
  stream: `${Histories.elsewhere}-last` as StreamName,
  stored: { type: "JarPainted", schemaVersion: 1, data },
  occurredAt: DateTime.makeUnsafe(Date.UTC(9999, 11, 31, 23, 59, 59, 999)),
  actor: undefined,
  joins: false
}))

// Every filter lets the last events through, by which one knows that there is nothing more to come.
const filterOf = ({ categories, occurredFrom, types }: Followed, fresh: Fresh.Fresh): SubscribeOptions => {
  const all = [...Projections.categories, Histories.elsewhere]
  return {
    types: types && [...types, "JarPainted"],
    categories: categories && [...categories.map((n) => all[n]!), Histories.elsewhere].map(fresh.text),
    occurredAt: occurredFrom && { from: occurredFrom }
  }
}

const patience = "15 seconds"

// What is handed out up to the last event; what was handed out until one lost patience.
const collect = Effect.fnUntraced(function*<E, R>(
  events: Stream.Stream<RecordedEvent, E, R>,
  takes: number
) {
  const seen: Array<RecordedEvent> = []
  yield* events.pipe(
    Stream.tap(() => takes === 0 ? Effect.void : Effect.sleep(takes)),
    Stream.takeUntil(({ data }) => data === "last"),
    Stream.runForEach((event) => Effect.sync(() => seen.push(event))),
    Effect.timeoutOption(patience)
  )
  return seen
})

interface Following {
  readonly fresh: Fresh.Fresh
  readonly filter: SubscribeOptions
  /** The position of the log's head before the run, and what was there when the subscription began. */
  readonly start: Position
  readonly known: ReadonlyArray<RecordedEvent>
}

// Follows while events come in; what was handed out, and what the log holds.
const follow = Effect.fnUntraced(function*<R>(
  input: Followed,
  run: (following: Following) => Effect.Effect<ReadonlyArray<RecordedEvent>, unknown, R>
) {
  const fresh = yield* Fresh.make
  const start = yield* (yield* EventStore).head
  yield* Rows.append(fresh, input.before)
  const { events: known } = yield* Play.since(start)
  const fiber = yield* Effect.forkChild(run({ fresh, filter: filterOf(input, fresh), start, known }))
  yield* Effect.forEach(input.during, (entry) => Effect.delay(Rows.append(fresh, [entry]), 1))
  yield* Rows.append(fresh, ending)
  const seen = yield* Fiber.join(fiber)
  return {
    seen,
    log: (yield* Play.since(start)).events.filter((event) => ReadOptions.includes(filterOf(input, fresh), event))
  }
})

const positionOf = ({ known, start }: Following, n: number): Position => known[n - 1]?.position ?? start

/** Some are stored before, some while the subscriber is reading, and it may be slow. */
export const everyEventOnce = Law.make(
  "a subscriber is given each event once, in order, from where it asked on",
  (input: Followed) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      let after = Position(0)
      const { log, seen } = yield* follow(input, (following) => {
        after = positionOf(following, Math.min(input.from, following.known.length))
        return collect(reader.subscribe({ ...following.filter, after }), input.takes)
      })
      return { left: seen, right: log.filter(({ position }) => position > after) }
    })
)

/** Whoever keeps the position of the last event that he was given may stop at any time. */
export const resumedSubscriptionGoesOn = Law.make(
  "a subscriber that stops and goes on after its last event misses none and gets none twice",
  (input: Followed) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      const { log, seen } = yield* follow(input, ({ filter, start }) =>
        Effect.gen(function*() {
          const all = reader.subscribe({ ...filter, after: start })
          const first = yield* collect(Stream.take(all, input.from), input.takes)
          if (first.at(-1)?.data === "last") return first
          const after = first.at(-1)?.position ?? start
          return [...first, ...yield* collect(reader.subscribe({ ...filter, after }), input.takes)]
        }))
      return { left: seen, right: log }
    })
)

/** Given by its position, and by its id. */
export const replayBeginsWithTheEvent = Law.make(
  "a replay from an event begins with it, and goes on as a subscription",
  (input: Followed) =>
    Effect.gen(function*() {
      const reader = yield* EventReader
      let from: RecordedEvent | undefined
      const { log, seen } = yield* follow(input, ({ filter, known }) =>
        Effect.gen(function*() {
          from = known[Math.min(input.from, known.length) - 1]
          if (from === undefined) return []
          const both = [from.position, from.id] as const
          const replays = yield* Effect.forEach(both, (given) => collect(reader.replayFrom(given, filter), input.takes))
          return replays.flat()
        }))
      const first = from?.position
      const replayed = first === undefined ? [] : log.filter(({ position }) => position >= first)
      return { left: seen, right: [...replayed, ...replayed] }
    })
)
