/**
 * The laws of loaded states: a state loaded from all events, from a snapshot and a tail, or as of a past point is the fold
 * of the events up to that point, in TypeScript.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Snapshots from "@refold/store/decide/Snapshots"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"
import * as AggregateHistory from "./AggregateHistory.ts"

/** The events of an aggregate, in any version of their schemas, and when they occurred. */
export type History = ReadonlyArray<AggregateHistory.Entry>

/** A function that loads states as `State.load` does. */
export type Load = typeof State.load

type Stores = EventStore | EventReader | SnapshotStore

/** Saves a snapshot after each number of events in turn, and appends the remaining events after it. */
export const snapshotAndTailIsReplay = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  load: Load = State.load
) =>
  Law.make<History, Stores>(
    "a snapshot and the events after it fold to the same state as all events",
    (history) =>
      Effect.gen(function*() {
        const cuts = Array.from({ length: history.length + 1 }, (_, cut) => cut)
        const states = yield* Effect.forEach(cuts, (cut) =>
          Effect.gen(function*() {
            const id = yield* AggregateHistory.freshId
            const stream = AggregateHistory.streamOf(aggregate, id)
            yield* AggregateHistory.append(stream, history.slice(0, cut))
            yield* Snapshots.save(aggregate, yield* load(aggregate, id))
            yield* AggregateHistory.append(stream, history.slice(cut))
            return (yield* load(aggregate, id)).state
          }))
        return {
          left: states,
          right: cuts.map(() => AggregateHistory.fold(aggregate, history.map(({ stored }) => stored)))
        }
      })
  )

/** A history, and the number of events after which a snapshot is saved. */
export type CutHistory = readonly [history: History, cut: number]

const asOf =
  (name: string, pointOf: (event: RecordedEvent) => AsOf.AsOf) =>
  <Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>,
    load: Load = State.load
  ) =>
    Law.make<CutHistory, Stores>(`${name}, with and without a snapshot`, ([history, cut]) =>
      Effect.gen(function*() {
        const id = yield* AggregateHistory.freshId
        const stream = AggregateHistory.streamOf(aggregate, id)
        yield* AggregateHistory.append(stream, history)
        const events = yield* RunPrograms.readStream(stream)
        const points = events.map(pointOf)
        const states = Effect.forEach(points, (asOf) => Effect.map(load(aggregate, id, { asOf }), ({ state }) => state))
        const without = yield* states
        yield* Snapshots.save(
          aggregate,
          yield* load(aggregate, id, { asOf: AsOf.version(Math.min(cut, events.length)) })
        )
        const upTo = (point: AsOf.AsOf) => events.filter((event) => AsOf.includes(point, event))
        const folds = points.map((point) => AggregateHistory.fold(aggregate, upTo(point)))
        return { left: [without, yield* states], right: [folds, folds] }
      }))

/** At each version of the stream. */
export const asOfVersion = asOf(
  "a state as of a version is the fold of a prefix",
  ({ version }) => AsOf.version(version)
)

/** At the position of each event of the stream. */
export const asOfPosition = asOf(
  "a state as of a position is the fold of a prefix",
  ({ position }) => AsOf.position(position)
)

/** At the `recordedAt` of each event of the stream. */
export const asOfRecordedAt = asOf(
  "a state as of an instant of recordedAt is the fold of the events up to it",
  ({ recordedAt }) => AsOf.recordedAt(recordedAt)
)

/** At the `occurredAt` of each event of the stream. Events may be back-dated. */
export const asOfOccurredAt = asOf(
  "a state as of an instant of occurredAt is the fold of the events up to it",
  ({ occurredAt }) => AsOf.occurredAt(occurredAt)
)

/** The version and the position after those of the last event. */
export const beyondTheEndIsRefused = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  load: Load = State.load
) =>
  Law.make<History, Stores>(
    "a state as of a version or a position beyond the last event is refused",
    (history) =>
      Effect.gen(function*() {
        const id = yield* AggregateHistory.freshId
        yield* AggregateHistory.append(AggregateHistory.streamOf(aggregate, id), history)
        const head = yield* (yield* EventReader).head
        const points = [AsOf.version(history.length + 1), AsOf.position(head + 1)]
        const refused = yield* Effect.forEach(points, (asOf) => Effect.flip(load(aggregate, id, { asOf })))
        return {
          left: refused.map((error) => error._tag === "InvalidInput" && error.field),
          right: ["asOf.version", "asOf.position"]
        }
      })
  )

/** The state at each version, in each adapter. */
export const adaptersAgree = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  adapters: ReadonlyArray<readonly [name: string, stores: Effect.Effect<Context.Context<Stores>, unknown>]>,
  load: Load = State.load
) =>
  Law.make<History>("the same history has the same states in every adapter", (history) => {
    const versions = history.map((_, index) => index + 1)
    const states = Effect.gen(function*() {
      const id = yield* AggregateHistory.freshId
      yield* AggregateHistory.append(AggregateHistory.streamOf(aggregate, id), history)
      return yield* Effect.forEach(versions, (version) =>
        Effect.map(load(aggregate, id, { asOf: AsOf.version(version) }), ({ state }) => state))
    })
    const stored = history.map(({ stored }) =>
      stored
    )
    const folds = versions.map((version) => AggregateHistory.fold(aggregate, stored.slice(0, version)))
    const statesOf = ([name, stores]: (typeof adapters)[number]) =>
      Effect.map(Effect.flatMap(stores, (context) => Effect.provide(states, context)), (found) => [name, found])
    return Effect.map(
      Effect.forEach(adapters, statesOf),
      (left) => ({ left, right: adapters.map(([name]) => [name, folds]) })
    )
  })
