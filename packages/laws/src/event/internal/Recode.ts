/** Events on their way through a codec, as if through a store. */
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import { Position } from "@refold/core/event/Position"
import type { StoredData } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Result from "effect/Result"

/** An `EventCodec`, as far as single events go. */
export interface Codec<Event> {
  readonly encode: (event: Event) => Result.Result<EncodedEvent, unknown>
  readonly decode: (stored: StoredData) => Result.Result<Event, unknown>
}

/** Where the events stand as far as decoding is concerned: for its error messages only. */
const somewhere = { stream: "any-1" as StreamName, version: StreamVersion(1), position: Position(1) }

export const decode = <Event>(codec: Codec<Event>, { data, schemaVersion, type }: EncodedEvent) =>
  codec.decode({ type, schemaVersion, data, ...somewhere })

/** What is read of an event that was written, its data having been a text in between. */
export const recode = <Event>(codec: Codec<Event>, event: Event): Result.Result<Event, unknown> =>
  Result.flatMap(
    codec.encode(event),
    ({ data, ...encoded }) => decode(codec, { ...encoded, data: JSON.parse(JSON.stringify(data)) })
  )
