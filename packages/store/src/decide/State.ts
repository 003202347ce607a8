/** The state of an aggregate: its decider folded over its stream, from a snapshot where one serves, up to any point. */
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
import { WireTransform } from "../log/WireTransform.ts"
import type { DeciderFault } from "./DeciderFault.ts"
import * as Deciding from "./internal/Deciding.ts"
import { Watchdog } from "./internal/Watchdog.ts"
import type { Loaded } from "./Loaded.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"

/** Every way a load can fail. */
export type LoadFailure = InvalidInput | DecodeError | DeciderFault | EventStoreError

/**
 * The state of the aggregate `id`, now or as of a past point. An id without events has the initial state. Fails with a
 * `DecodeError` that names the event where one cannot be read.
 */
export const load = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { asOf }: { readonly asOf?: AsOf | undefined } = {}
): Effect.fn.Return<Loaded<State>, LoadFailure, EventReader | SnapshotStore> {
  const stream = yield* Effect.fromResult(StreamName.make(aggregate.category, id))
  const start = { ...nothing, stream, state: aggregate.decider.initialState }
  const snapshot = yield* Snapshots.find(aggregate.snapshots, stream, asOf)
  return yield* foldTail(aggregate, Option.getOrElse(snapshot, () => start), asOf)
})

/** The state now, from one loaded earlier: folds only the events that came after it. */
export const reload = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  earlier: Loaded<State>
): Effect.Effect<Loaded<State>, LoadFailure, EventReader | SnapshotStore> =>
  earlier.isComplete ? foldTail(aggregate, earlier) : load(aggregate, StreamName.id(earlier.stream))

const foldTail = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { codec, decider }: Aggregate<Command, State, Event, Refusal>,
  from: Loaded<State>,
  asOf?: AsOf
): Effect.fn.Return<Loaded<State>, LoadFailure, EventReader> {
  const store = yield* EventReader
  const { fromWire } = yield* WireTransform
  const watchdog = yield* Watchdog
  const isComplete = asOf?._tag !== "OccurredAt"
  let loaded = { ...from, isComplete }
  yield* store.readStream(from.stream, { after: from.version, asOf }).pipe(
    Stream.runForEachArray(Effect.fnUntraced(function*(events) {
      const decoded: Array<Event> = []
      for (const event of yield* fromWire(events)) decoded.push(yield* Effect.fromResult(codec.decode(event)))
      const state = yield* Effect.fromResult(Deciding.fold(decider, from.stream, loaded.state, decoded, watchdog))
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
