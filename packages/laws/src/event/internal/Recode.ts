/** Encodes and decodes events as if they passed through a store. */
import type { EncodedEvent, EventCodec } from "@refold/core/event/EventCodec"
import * as EventId from "@refold/core/event/EventId"
import type { Tagged } from "@refold/core/event/EventType"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

/** An encoded event, with its place, times and metadata as far as given. */
export type StoredForm = EncodedEvent & Partial<RecordedEvent>

const somewhere = {
  id: Result.getOrThrow(EventId.parse("00000000-0000-7000-8000-000000000001", "id")),
  stream: Result.getOrThrow(StreamName.parse("any-1")),
  version: StreamVersion(1),
  position: Position(1),
  commit: Position(1),
  metadata: {},
  occurredAt: DateTime.makeUnsafe(0),
  recordedAt: DateTime.makeUnsafe(0)
}

/** The stored event. Missing fields are arbitrary constants. */
export const recordedOf = (stored: StoredForm): RecordedEvent => ({ ...somewhere, ...stored })

/** Decodes an encoded event. */
export const decode = <Event extends Tagged>({ decode }: EventCodec<Event>, stored: StoredForm) =>
  decode(recordedOf(stored))

/** The part of an `EventCodec` that encodes events and reads them back. */
export interface Codec<Event> {
  readonly encode: (event: Event) => Result.Result<EncodedEvent, unknown>
  readonly readBack: (encoded: EncodedEvent) => Result.Result<Event, unknown>
}

/** Encodes an event. The data passes through JSON text. */
export const encode = <Event>({ encode }: Codec<Event>, event: Event): Result.Result<EncodedEvent, unknown> =>
  Result.map(encode(event), ({ data, ...encoded }) => ({ ...encoded, data: JSON.parse(JSON.stringify(data)) }))

/** Encodes and decodes an event. The data passes through JSON text in between. */
export const recode = <Event>(codec: Codec<Event>, event: Event): Result.Result<Event, unknown> =>
  Result.flatMap(encode(codec, event), codec.readBack)
