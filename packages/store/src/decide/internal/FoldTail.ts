/**
 * Folds the events after a state that was remembered, if its last event is still stored. A log may lose its last events and
 * get others at the same versions. Within a stream, events are committed in the order of their versions, so the last event
 * of a state proves all before it.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { DecodeError } from "@refold/core/event/DecodeError"
import { decodeAll } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import type { AsOf } from "@refold/core/journal/AsOf"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { DeciderFault } from "../DeciderFault.ts"
import type { LoadedState } from "../LoadedState.ts"
import * as RunDecider from "./RunDecider.ts"

/**
 * The state after the events that follow a complete one, up to `asOf`; None if the last event of the complete one is not
 * stored.
 */
export const foldTail = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { events: codec, decider }: Aggregate<Command, State, Event, Refusal>,
  from: LoadedState<State>,
  asOf?: AsOf
): Effect.fn.Return<Option.Option<LoadedState<State>>, ReadFailure | DecodeError | DeciderFault, EventReader> {
  const store = yield* EventReader
  const { fromWire } = yield* WireTransform
  const isComplete = asOf?._tag !== "OccurredAt"
  let loaded = from.version === 0 ? Option.some<LoadedState<State>>({ ...from, isComplete }) : Option.none()
  yield* store.readStream(from.stream, { after: before(from.version), asOf }).pipe(
    Stream.runForEachArray(Effect.fnUntraced(function*(events) {
      if (isLastOf(from, events[0])) loaded = Option.some({ ...from, ...placeOf(events[0]), isComplete })
      const tail = events[0].version === from.version ? events.slice(1) : events
      if (Option.isNone(loaded) || !Arr.isReadonlyArrayNonEmpty(tail)) return
      const decoded = yield* Effect.fromResult(decodeAll(codec, yield* fromWire(tail)))
      const state = yield* Effect.fromResult(RunDecider.fold(decider, from.stream, loaded.value.state, decoded))
      loaded = Option.some({ ...placeOf(Arr.lastNonEmpty(tail)), state, isComplete })
    }))
  )
  return loaded
})

// So that the last event of the remembered state is read again.
const before = (version: StreamVersion.StreamVersion): StreamVersion.StreamVersion =>
  StreamVersion.StreamVersion(Math.max(0, version - 1))

const isLastOf = (from: LoadedState<unknown>, { id, version }: RecordedEvent): boolean =>
  version === from.version && id === from.lastEventId

const placeOf = ({ id, position, recordedAt, stream, version }: RecordedEvent) => ({
  stream,
  version,
  lastEventId: id,
  position,
  recordedAt
})
