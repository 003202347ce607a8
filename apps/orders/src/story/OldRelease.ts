/** An order that the first release of the shop stored, in the event formats of that time. */
import { DateTime, Effect } from "effect"
import { EventIds, EventStore, type Json, StreamName } from "refold"

// Literals: as stored, not as today's codec would write them.
const stored: ReadonlyArray<readonly [stream: string, type: string, data: Json.Json]> = [
  ["order-900", "OrderPlaced", { user: "ada", total: 4900 }],
  ["payment-p0", "PaymentReceived", { order: "900", user: "ada", amount: 4900 }],
  ["order-900", "OrderPaid", { payment: "p0", amount: 4900 }],
  ["order-900", "OrderSent", { carrier: "Parcel Post" }]
]

/** Stores the events of order 900, all in schema version 1. */
export const store = Effect.gen(function*() {
  const log = yield* EventStore.EventStore
  const occurredAt = yield* DateTime.now
  for (const [name, type, data] of stored) {
    const stream = yield* Effect.fromResult(StreamName.parse(name))
    const id = yield* yield* EventIds.EventIds
    yield* log.append(stream, [{ id, type, schemaVersion: 1, data, metadata: {}, occurredAt }])
  }
})
