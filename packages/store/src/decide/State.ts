/** Loads the state of an aggregate: folds its stream up to now or to a past point, from a snapshot if there is one. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { DecodeError } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import type { AsOf } from "@refold/core/journal/AsOf"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as PastPoint from "../log/internal/PastPoint.ts"
import { WireTransform } from "../log/WireTransform.ts"
import type { DeciderFault } from "./DeciderFault.ts"
import * as RunDecider from "./internal/RunDecider.ts"
import type { LoadedState } from "./LoadedState.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"

/** The errors of a load. */
export type LoadFailure = InvalidInput | DecodeError | DeciderFault | EventStoreError

/**
 * Loads the state of the aggregate `id`, now or as of a past point. An id without events has the initial state. Fails
 * with `InvalidInput` for a version or a position beyond the last event, with a `DecodeError` that names the event if one
 * cannot be decoded, and with `DeciderFault` if `evolve` throws.
 */
export const load = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { asOf }: { readonly asOf?: AsOf | undefined } = {}
): Effect.fn.Return<LoadedState<State>, LoadFailure, EventReader | SnapshotStore> {
  if (asOf !== undefined) yield* PastPoint.reached(asOf)
  const loaded = yield* loadUpTo(aggregate, id, asOf)
  yield* Effect.fromResult(PastPoint.checkVersion(asOf, loaded.version))
  return loaded
})

const loadUpTo = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  asOf: AsOf | undefined
): Effect.fn.Return<LoadedState<State>, LoadFailure, EventReader | SnapshotStore> {
  const stream = yield* Effect.fromResult(StreamName.make(aggregate.category, id))
  const start = { ...nothing, stream, state: aggregate.decider.initialState }
  const snapshot = yield* Snapshots.find(aggregate.snapshots, stream, asOf)
  return yield* foldTail(aggregate, Option.getOrElse(snapshot, () => start), asOf)
})

/** Loads the current state from one that was loaded earlier: reads only the events after it. */
export const reload = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  earlier: LoadedState<State>
): Effect.Effect<LoadedState<State>, LoadFailure, EventReader | SnapshotStore> =>
  earlier.isComplete ? foldTail(aggregate, earlier) : load(aggregate, StreamName.id(earlier.stream))

const foldTail = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { events: codec, decider }: Aggregate<Command, State, Event, Refusal>,
  from: LoadedState<State>,
  asOf?: AsOf
): Effect.fn.Return<LoadedState<State>, LoadFailure, EventReader> {
  const store = yield* EventReader
  const { fromWire } = yield* WireTransform
  const isComplete = asOf?._tag !== "OccurredAt"
  let loaded = { ...from, isComplete }
  yield* store.readStream(from.stream, { after: from.version, asOf }).pipe(
    Stream.runForEachArray(Effect.fnUntraced(function*(events) {
      const decoded: Array<Event> = []
      for (const event of yield* fromWire(events)) decoded.push(yield* Effect.fromResult(codec.decode(event)))
      const state = yield* Effect.fromResult(RunDecider.fold(decider, from.stream, loaded.state, decoded))
      loaded = { ...placeOf(events.at(-1)!), state, isComplete }
    }))
  )
  return loaded
})

const nothing = {
  version: StreamVersion.none,
  position: Position.start,
  recordedAt: DateTime.makeUnsafe(0),
  isComplete: true
}

const placeOf = ({ position, recordedAt, stream, version }: RecordedEvent) => ({
  stream,
  version,
  position,
  recordedAt
})
