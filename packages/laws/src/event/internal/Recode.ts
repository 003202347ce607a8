/** Encodes and decodes events as if they passed through a store. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import { Position } from "@refold/core/event/Position"
import type { StoredData } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Result from "effect/Result"

/** The part of an `EventCodec` that encodes and decodes single events. */
export interface Codec<Event> {
  readonly encode: (event: Event) => Result.Result<EncodedEvent, unknown>
  readonly decode: (stored: StoredData) => Result.Result<Event, unknown>
}

// Decoding uses the place of an event for error messages only.
const somewhere = { stream: "any-1" as StreamName, version: StreamVersion(1), position: Position(1) }

/** Decodes an encoded event. */
export const decode = <Event>(codec: Codec<Event>, { data, schemaVersion, type }: EncodedEvent) =>
  codec.decode({ type, schemaVersion, data, ...somewhere })

/** Encodes and decodes an event. The data passes through JSON text in between. */
export const recode = <Event>(codec: Codec<Event>, event: Event): Result.Result<Event, unknown> =>
  Result.flatMap(
    codec.encode(event),
    ({ data, ...encoded }) => decode(codec, { ...encoded, data: JSON.parse(JSON.stringify(data)) })
  )
