/**
 * The one idea of Refold as laws: wherever a state comes from (all events, a snapshot and the rest, a past point), it is
 * the fold, in TypeScript, of the events that count.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Snapshots from "@refold/store/decide/Snapshots"
import type { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import type { EventReader } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Law from "../../kit/Law.ts"
import * as Play from "../../log/internal/Play.ts"
import * as Stored from "./Stored.ts"

/** A stored history of an aggregate: its events, in any version of their schemas, and when they occurred. */
export type History = ReadonlyArray<Stored.Entry>

/** How states are loaded: `State.load`, or a way of your own that must come to the same. */
export type Load = typeof State.load

type Stores = EventStore | EventReader | SnapshotStore

/** A snapshot is saved after each number of events in turn, and the rest is appended behind it. */
export const snapshotAndTailIsReplay = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  load: Load = State.load
) =>
  Law.make<History, Stores>(
    "a snapshot and the events after it fold to what all events fold to",
    (history) =>
      Effect.gen(function*() {
        const cuts = Array.from({ length: history.length + 1 }, (_, cut) => cut)
        const states = yield* Effect.forEach(cuts, (cut) =>
          Effect.gen(function*() {
            const id = yield* Stored.freshId
            const stream = Stored.streamOf(aggregate, id)
            yield* Stored.append(stream, history.slice(0, cut))
            yield* Snapshots.save(aggregate, yield* load(aggregate, id))
            yield* Stored.append(stream, history.slice(cut))
            return (yield* load(aggregate, id)).state
          }))
        return { left: states, right: cuts.map(() => Stored.fold(aggregate, history.map(({ stored }) => stored))) }
      })
  )

/** A history, and after how many of its events a snapshot is saved. */
export type CutHistory = readonly [history: History, cut: number]

const asOf =
  (name: string, pastOf: (event: RecordedEvent) => AsOf.AsOf) =>
  <Command, State, Event extends Tagged, Refusal>(
    aggregate: Aggregate<Command, State, Event, Refusal>,
    load: Load = State.load
  ) =>
    Law.make<CutHistory, Stores>(
      `as of ${name}, with and without a snapshot`,
      ([history, cut]) =>
        Effect.gen(function*() {
          const id = yield* Stored.freshId
          yield* Stored.append(Stored.streamOf(aggregate, id), history)
          const events = yield* Play.readStream(Stored.streamOf(aggregate, id))
          const pasts = events.map(pastOf)
          const states = Effect.forEach(
            pasts,
            (asOf) => Effect.map(load(aggregate, id, { asOf }), ({ state }) => state)
          )
          const without = yield* states
          yield* Snapshots.save(aggregate, yield* load(aggregate, id, { asOf: AsOf.version(cut) }))
          const folds = pasts.map((past) =>
            Stored.fold(
              aggregate,
              events.filter((event) => AsOf.includes(past, event))
            )
          )
          return { left: [without, yield* states], right: [folds, folds] }
        })
    )

/** At each version of the stream. */
export const asOfVersion = asOf(
  "a version, a state is the fold of the prefix",
  ({ version }) => AsOf.version(version)
)

/** At the position of each event of the stream. */
export const asOfPosition = asOf(
  "a position, a state is the fold of the prefix",
  ({ position }) => AsOf.position(position)
)

/** At the `recordedAt` of each event of the stream. */
export const asOfRecordedAt = asOf(
  "an instant of the store's clock, a state is the fold of the filter",
  ({ recordedAt }) => AsOf.recordedAt(recordedAt)
)

/** At the `occurredAt` of each event of the stream: events may be back-dated. */
export const asOfOccurredAt = asOf(
  "an instant of the domain's clock, a state is the fold of the filter",
  ({ occurredAt }) => AsOf.occurredAt(occurredAt)
)

/** The services of an adapter, under the adapter's name. */
export type NamedStores = readonly [name: string, stores: Effect.Effect<Context.Context<Stores>, unknown>]

/** The state at each version, in each of the adapters. */
export const adaptersAgree = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  adapters: ReadonlyArray<NamedStores>,
  load: Load = State.load
) =>
  Law.make<History>("the same history has the same states in every adapter", (history) => {
    const versions = history.map((_, index) => index + 1)
    const states = Effect.gen(function*() {
      const id = yield* Stored.freshId
      yield* Stored.append(Stored.streamOf(aggregate, id), history)
      return yield* Effect.forEach(versions, (version) =>
        Effect.map(load(aggregate, id, { asOf: AsOf.version(version) }), ({ state }) => state))
    })
    const folds = versions.map((version) =>
      Stored.fold(aggregate, history.slice(0, version).map(({ stored }) => stored))
    )
    return Effect.map(
      Effect.forEach(adapters, ([name, stores]) =>
        Effect.flatMap(stores, (context) =>
          Effect.provide(states, context)).pipe(
            Effect.map((found) => [name, found])
          )),
      (left) => ({ left, right: adapters.map(([name]) => [name, folds]) })
    )
  })
