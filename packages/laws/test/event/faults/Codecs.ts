/** Event codecs with one fault each. */
import type { EventCodec } from "@refold/core/event/EventCodec"
import * as Result from "effect/Result"
import * as Sample from "../../../src/kit/internal/Sample.ts"

type SampleCodec = EventCodec<Sample.Event>

export const losesNotes: SampleCodec = {
  ...Sample.codec,
  encode: (event) =>
    Sample.codec.encode(event._tag === "CoinsAdded" ? { ...event, notes: event.notes.slice(0, 1) } : event)
}

export const declaresAWrongFormerName: SampleCodec = {
  ...Sample.codec,
  storedTypes: (types) => [...Sample.codec.storedTypes(types), "CoinsPutIn"]
}

export const upcastsWithoutNotes: SampleCodec = {
  ...Sample.codec,
  decode: (stored) =>
    Result.map(
      Sample.codec.decode(stored),
      (events) =>
        events.map((event) =>
          event._tag === "CoinsAdded" && stored.schemaVersion === 2 ? { ...event, notes: [] } : event
        )
    )
}
