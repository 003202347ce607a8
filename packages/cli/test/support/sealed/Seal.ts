/* A transform that hides the data of events in the store. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Json, type NewEvent, WireTransform } from "refold"

const seal = (data: Json.Json): Json.Json => ({ sealed: Buffer.from(JSON.stringify(data)).toString("base64") })

const open = (data: Json.Json): Json.Json => {
  const { sealed } = data as { readonly sealed: string }
  return JSON.parse(Buffer.from(sealed, "base64").toString())
}

const mapped = <Event extends { readonly data: Json.Json }>(map: typeof seal) => (event: Event): Event => ({
  ...event,
  data: map(event.data)
})

export const layer = Layer.succeed(WireTransform.WireTransform, {
  toWire: ([first, ...others]) => Effect.succeed([mapped<NewEvent.NewEvent>(seal)(first), ...others.map(mapped(seal))]),
  fromWire: (events) => Effect.succeed(events.map(mapped(open)))
})
