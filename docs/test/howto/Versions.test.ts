// #region suite
import { EventCodecSuite } from "@refold/laws"
import { DateTime, Result, Schema } from "effect"
import * as fc from "fast-check"
import { EventCodec, EventId, EventType, type Json, Position, StreamName, StreamVersion } from "refold"
import { expect, it } from "vitest"
import * as Versions from "../../examples/howto/Versions.ts"

const { codec, evolve, packed } = Versions
const text = fc.string({ maxLength: 9 })
const grams = fc.nat(30_000)

const events = fc.oneof(
  fc.record({ grams, carrier: text }).map(Versions.Shipped.make),
  fc.record({ street: text, city: text }).map(Versions.Addressed.make),
  fc.record({ reason: text }).map(Versions.Returned.make),
  fc.constant(Versions.Delivered.make({})),
  fc.record({ by: text }).map(Versions.Signed.make),
  fc.record({ box: text, by: text }).map(Versions.Packed.make)
)

// Each older form as it is in the log, and the events that it must be read as.
const older = fc.oneof(
  grams.map((grams) => ({
    stored: { type: "Shipped", schemaVersion: 1, data: { grams } },
    native: Versions.Shipped.make({ grams, carrier: "Post" })
  })),
  fc.constantFrom({ adr: "5 Elm St, Brno" }).map((data) => ({
    stored: { type: "Addressed", schemaVersion: 1, data },
    native: Versions.Addressed.make({ street: "5 Elm St", city: "Brno" })
  })),
  text.map((reason) => ({
    stored: { type: "SentBack", schemaVersion: 1, data: { reason } },
    native: Versions.Returned.make({ reason })
  })),
  text.map((actor) => ({
    stored: { type: "Packed", schemaVersion: 1, data: { box: "small" }, metadata: { actor } },
    native: Versions.Packed.make({ box: "small", by: actor })
  })),
  text.map((by) => ({
    stored: { type: "DeliveredAndSigned", schemaVersion: 2, data: { by } },
    native: [Versions.Delivered.make({}), Versions.Signed.make({ by })]
  })),
  grams.map((grams) => ({ stored: { type: "Weighed", schemaVersion: 1, data: { grams } }, native: [] }))
)

EventCodecSuite.suite("the codec of parcels", codec, { events, older, view: { initialState: packed, evolve } })
// #endregion

const stored = (type: string, schemaVersion: number, data: Json.Json) => ({
  id: Result.getOrThrow(EventId.parse("00000000-0000-7000-8000-000000000001")),
  metadata: {},
  occurredAt: DateTime.makeUnsafe("2026-01-01"),
  recordedAt: DateTime.makeUnsafe("2026-01-01"),
  stream: Result.getOrThrow(StreamName.make("parcel", "7")),
  version: StreamVersion.StreamVersion(1),
  position: Position.Position(1),
  commit: Position.Position(1),
  type,
  schemaVersion,
  data
})

const decode = (type: string, schemaVersion: number, data: Json.Json) =>
  Result.match(codec.decode(stored(type, schemaVersion, data)), {
    onSuccess: (events): unknown => events,
    onFailure: (error) => `${error._tag}: ${error.message}`
  })

it("an event of each older form is read in the latest form", () => {
  expect([
    decode("Shipped", 1, { grams: 900 }),
    decode("Addressed", 1, { adr: "5 Elm St, Brno" }),
    decode("Addressed", 2, { address: "5 Elm St" }),
    decode("SentBack", 1, { reason: "broken" }),
    decode("DeliveredAndSigned", 1, {}),
    decode("Weighed", 1, { grams: 900 })
  ]).toEqual([
    [{ _tag: "Shipped", grams: 900, carrier: "Post" }],
    [{ _tag: "Addressed", street: "5 Elm St", city: "Brno" }],
    [{ _tag: "Addressed", street: "5 Elm St", city: "unknown" }],
    [{ _tag: "Returned", reason: "broken" }],
    [{ _tag: "Delivered" }, { _tag: "Signed", by: "unknown" }],
    []
  ])
})

it("an event that this code cannot read is a typed error that names it", async () => {
  const lines = [
    decode("Shipped", 3, { grams: 900 }),
    decode("Vanished", 1, {}),
    decode("Shipped", 2, { grams: "heavy" })
  ].join("\n")
  await expect(`${lines}\n`).toMatchFileSnapshot("../../outputs/howto-decode-errors.txt")
})

it("a name that two types use is refused when the codec is made", () => {
  expect(EventCodec.make([Versions.Returned, Versions.Returned])).toMatchObject({
    failure: { message: `event type Returned must not use the name "Returned" a second time` }
  })
})

// #region wrong
it("an upcaster's result that does not fit the next schema is an error", () => {
  const Priced = EventType.make("Priced", Schema.Struct({ euros: Schema.Finite })).pipe(
    EventType.upcast(Schema.Struct({ cents: Schema.Int }), ({ euros }) => ({ cents: euros * 100 }))
  )
  const { decode } = EventCodec.makeUnsafe([Priced])
  expect(Result.isSuccess(decode(stored("Priced", 1, { euros: 20 })))).toBe(true)
  // 19.99 * 100 is 1998.9999999999998.
  expect(Result.getOrThrow(Result.flip(decode(stored("Priced", 1, { euros: 19.99 }))))).toMatchObject({
    _tag: "UndecodableEvent",
    reason: "the upcaster of Priced from version 1 to 2 gives fields that do not fit version 2: "
      + "Expected an integer at [\"cents\"]"
  })
})
// #endregion
