/** Loads the state of an aggregate: folds its stream up to now or to a past point, from a snapshot if there is one. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { DecodeError } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Position from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import type { AsOf } from "@refold/core/journal/AsOf"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventReader } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as PastPoint from "../log/internal/PastPoint.ts"
import * as RetryBudget from "../log/internal/RetryBudget.ts"
import type { DeciderFault } from "./DeciderFault.ts"
import { foldTail } from "./internal/FoldTail.ts"
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
export const load = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { asOf }: { readonly asOf?: AsOf | undefined } = {}
): Effect.Effect<LoadedState<State>, LoadFailure, EventReader | SnapshotStore> =>
  // If the store is down, neither the snapshot nor the events can be read: they are not waited for one after the other.
  RetryBudget.share(loadAsOf(aggregate, id, asOf))

const loadAsOf = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  asOf: AsOf | undefined
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
  const snapshot = yield* Snapshots.find(aggregate.snapshots, stream, asOf)
  const fromSnapshot = Option.isNone(snapshot) ? snapshot : yield* foldTail(aggregate, snapshot.value, asOf)
  if (Option.isSome(fromSnapshot)) return fromSnapshot.value
  if (Option.isSome(snapshot)) {
    yield* Effect.logWarning(`the snapshot of "${stream}" is of events that are not stored; it is not used`)
  }
  const fromStart = yield* foldTail(aggregate, { ...nothing, stream, state: aggregate.decider.initialState }, asOf)
  // A state of no events has no last event that could be missing.
  return Option.getOrThrow(fromStart)
})

/**
 * Loads the current state from one that was loaded earlier: reads its last event again and the events after it. If that
 * event is not stored any more, because the log lost events, it loads the state without the earlier one.
 */
export const reload = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  earlier: LoadedState<State>
): Effect.fn.Return<LoadedState<State>, LoadFailure, EventReader | SnapshotStore> {
  const loaded = earlier.isComplete ? yield* foldTail(aggregate, earlier) : Option.none()
  return Option.isSome(loaded) ? loaded.value : yield* load(aggregate, StreamName.id(earlier.stream))
})

const nothing = {
  version: StreamVersion.none,
  lastEventId: undefined,
  position: Position.start,
  recordedAt: DateTime.makeUnsafe(0),
  isComplete: true
}
