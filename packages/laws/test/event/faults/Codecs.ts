/** Event codecs with one fault each. */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Sample from "../../../src/kit/internal/Sample.ts"

type SampleCodec = EventCodec.EventCodec<Sample.Event>

export const losesNotes: SampleCodec = {
  ...Sample.codec,
  encode: (event) =>
    Sample.codec.encode(event._tag === "CoinsAdded" ? { ...event, notes: event.notes.slice(0, 1) } : event)
}

export const declaresAWrongFormerName: SampleCodec = {
  ...Sample.codec,
  storedTypes: (types) => [...Sample.codec.storedTypes(types), "CoinsPutIn"]
}

export const readsTheFirstEventOnly: SampleCodec = {
  ...Sample.codec,
  decode: (stored) => Result.map(Sample.codec.decode(stored), (events) => events.slice(0, 1))
}

/** Version 1 is in euros, a double. */
export const multipliesByAHundred: SampleCodec = EventCodec.makeUnsafe([
  EventType.make("CoinsAdded", Schema.Struct({ euros: Schema.Finite })).pipe(
    EventType.upcast(
      Schema.Struct({ coins: Schema.Int, notes: Schema.Array(Schema.String) }),
      ({ euros }) => ({ coins: euros * 100, notes: [] })
    )
  ),
  Sample.CoinsTaken,
  Sample.JarSealed
])

/** A type that another codec retires. */
export const keepsARetiredType: SampleCodec = {
  ...Sample.codec,
  decode: (stored) =>
    stored.type === Sample.JarLookedAt.name
      ? Result.succeed([Sample.CoinsAdded.make({ coins: 0, notes: [] })])
      : Sample.codec.decode(stored)
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
