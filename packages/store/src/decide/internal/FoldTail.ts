/**
 * Folds the events after a cached or stored state, if the last event of that state is still stored. A log may lose its last
 * events and get others at the same versions. Within a stream, events are committed in the order of their versions, so the last event
 * of a state proves all before it.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { DecodeError } from "@refold/core/event/DecodeError"
import { decodeAll, type EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type { Encoded, RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import type { AsOf } from "@refold/core/journal/AsOf"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { isIdentity, WireTransform } from "../../log/WireTransform.ts"
import type { DeciderFault } from "../DeciderFault.ts"
import type { LoadedState } from "../LoadedState.ts"
import * as RunDecider from "./RunDecider.ts"

// The columns that a load needs besides those of the fold: the place of the last event, and the id to compare with the last
// event of `from`.
const placeColumns = ["id", "position", "recordedAt"] as const

type Read = Pick<RecordedEvent, keyof Encoded | typeof placeColumns[number]>

/**
 * The state after the events that follow a complete one, up to `asOf`; None if the last event of the complete one is not
 * stored.
 */
export const foldTail = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  from: LoadedState<State>,
  asOf?: AsOf
): Effect.fn.Return<Option.Option<LoadedState<State>>, ReadFailure | DecodeError | DeciderFault, EventReader> {
  const store = yield* EventReader
  const wire = yield* WireTransform
  const isComplete = asOf?._tag !== "OccurredAt"
  let loaded = from.version === 0 ? Option.some<LoadedState<State>>({ ...from, isComplete }) : Option.none()
  const columns = columnsFor(aggregate.events, wire)
  const read: Stream.Stream<Read, ReadFailure> = store.readStream(from.stream, {
    after: before(from.version),
    asOf,
    columns
  })
  yield* Stream.runForEachArray(read, (events) => {
    if (isLastOf(from, events[0])) loaded = Option.some({ ...from, ...placeOf(events[0]), isComplete })
    const tail = events[0].version === from.version ? events.slice(1) : events
    if (Option.isNone(loaded) || !Arr.isReadonlyArrayNonEmpty(tail)) return Effect.void
    const { state } = loaded.value
    return Effect.flatMap(fromWire(wire, tail), (received) => {
      const folded = Result.flatMap(
        decodeAll(aggregate.events, received),
        (decoded) => RunDecider.fold(aggregate.decider, from.stream, state, decoded)
      )
      if (Result.isFailure(folded)) return Effect.fail(folded.failure)
      loaded = Option.some({ ...placeOf(Arr.lastNonEmpty(tail)), state: folded.success, isComplete })
      return Effect.void
    })
  })
  return loaded
})

// A transform may use any column.
const columnsFor = ({ columns }: Pick<EventCodec<Tagged>, "columns">, wire: WireTransform) =>
  isIdentity(wire) ? [...new Set([...columns, ...placeColumns])] : undefined

const fromWire = (
  wire: WireTransform,
  events: ReadonlyArray<Read>
): Effect.Effect<ReadonlyArray<Encoded>, EventStoreError> =>
  // All columns were read, see `columnsFor`.
  isIdentity(wire) ? Effect.succeed(events) : wire.fromWire(events as ReadonlyArray<RecordedEvent>)

// Reads the last event of the given state again.
const before = (version: StreamVersion.StreamVersion): StreamVersion.StreamVersion =>
  StreamVersion.StreamVersion(Math.max(0, version - 1))

const isLastOf = (from: LoadedState<unknown>, { id, version }: Read): boolean =>
  version === from.version && id === from.lastEventId

const placeOf = ({ id, position, recordedAt, stream, version }: Read) => ({
  stream,
  version,
  lastEventId: id,
  position,
  recordedAt
})
