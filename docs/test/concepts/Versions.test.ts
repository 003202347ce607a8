import { DateTime, Result } from "effect"
import { EventId, Position, StreamName, StreamVersion } from "refold"
import { expect, it } from "vitest"
import { codec, ItemAdded } from "../../examples/concepts/Versions.ts"

const place = {
  id: Result.getOrThrow(EventId.parse("00000000-0000-7000-8000-000000000001")),
  metadata: {},
  occurredAt: DateTime.makeUnsafe("2026-01-01"),
  recordedAt: DateTime.makeUnsafe("2026-01-01"),
  stream: Result.getOrThrow(StreamName.make("cart", "1")),
  version: StreamVersion.StreamVersion(1),
  position: Position.Position(1),
  commit: Position.Position(1)
}

it("an event that was stored in version 1 under the former name is read in version 3", () => {
  const stored = { ...place, type: "ItemPutInCart", schemaVersion: 1, data: { sku: "A-7" } }
  expect(Result.getOrThrow(codec.decode(stored))).toEqual([ItemAdded.make({ sku: "A-7", quantity: 1, unit: "piece" })])
})

it("an event of a split type is read as several events, and one of a retired type as none", () => {
  const filled = { ...place, type: "CartFilled", schemaVersion: 1, data: { skus: ["A-7", "B-2"] } }
  expect(Result.getOrThrow(codec.decode(filled)).map(({ sku }) => sku)).toEqual(["A-7", "B-2"])
  expect(codec.decode({ ...place, type: "CartViewed", schemaVersion: 2, data: null })).toEqual(Result.succeed([]))
  expect(codec.storedTypes(["ItemAdded"])).toEqual(["ItemAdded", "ItemPutInCart", "CartFilled"])
})

it("an event of a newer version than the code has is an error that names both versions", () => {
  const decoded = codec.decode({ ...place, type: "ItemAdded", schemaVersion: 4, data: {} })
  expect(Result.getOrThrow(Result.flip(decoded))).toMatchObject({ _tag: "NewerSchemaVersion", latest: 3 })
})

it("a new event is written in the latest version under the current name", () => {
  const event = ItemAdded.make({ sku: "A-7", quantity: 2, unit: "kg" })
  expect(Result.getOrThrow(codec.encode(event))).toMatchObject({ type: "ItemAdded", schemaVersion: 3 })
})
