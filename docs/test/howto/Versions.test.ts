// #region suite
import { EventCodecSuite } from "@refold/laws"
import { DateTime, Result } from "effect"
import * as fc from "fast-check"
import { EventCodec, EventId, type Json, Position, StreamName, StreamVersion } from "refold"
import { expect, it } from "vitest"
import * as Versions from "../../examples/howto/Versions.ts"

const { codec, evolve, packed } = Versions
const text = fc.string({ maxLength: 9 })
const grams = fc.nat(30_000)

const events = fc.oneof(
  fc.record({ grams, carrier: text }).map(Versions.Shipped.make),
  fc.record({ street: text, city: text }).map(Versions.Addressed.make),
  fc.record({ reason: text }).map(Versions.Returned.make),
  fc.record({ by: text }).map(Versions.DeliveredAndSigned.make),
  fc.constant(Versions.Delivered.make({})),
  fc.record({ by: text }).map(Versions.Signed.make),
  fc.record({ grams }).map(Versions.Weighed.make)
)

// Each older form as it is in the log, and the event that it must be read as.
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
  }))
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
    decode("SentBack", 1, { reason: "broken" })
  ]).toEqual([
    [{ _tag: "Shipped", grams: 900, carrier: "Post" }],
    [{ _tag: "Addressed", street: "5 Elm St", city: "Brno" }],
    [{ _tag: "Addressed", street: "5 Elm St", city: "unknown" }],
    [{ _tag: "Returned", reason: "broken" }]
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

it("a split type folds to the same state as the two types that replace it", () => {
  const before = evolve(packed, Versions.DeliveredAndSigned.make({ by: "ada" }))
  const after = evolve(evolve(packed, Versions.Delivered.make({})), Versions.Signed.make({ by: "ada" }))
  expect(before).toEqual(after)
})
