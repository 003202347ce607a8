/**
 * Payments: facts that a payment provider reports. The provider's id of a report is the id of the event, so a report
 * that arrives twice is rejected by the store.
 */
import { type DateTime, Effect, Schema } from "effect"
import { EventCodec, EventId, EventStore, EventType, StreamName } from "refold"
import * as Money from "./Money.ts"

// #region events
// Names and fields of events are the storage format: to change one, add a version with an upcaster or a former name.

const fields = { order: Schema.NonEmptyString, user: Schema.NonEmptyString, amount: Money.Amount }
const V1 = Schema.Struct(fields)
const V2 = Schema.Struct({ ...fields, currency: Money.Currency })

/** A user paid for an order. Version 1 had no currency: euros. */
export const PaymentReceived = EventType.make("PaymentReceived", V1).pipe(
  EventType.upcast(V2, (before) => ({ ...before, currency: Money.first }))
)

/** A payment went back to the user, all of it or a part. */
export const PaymentRefunded = EventType.make("PaymentRefunded", V2)

/** An event of a payment. */
export type Event = typeof PaymentReceived.Event | typeof PaymentRefunded.Event

/** Writes and reads the events of payments. */
export const codec = EventCodec.makeUnsafe([PaymentReceived, PaymentRefunded])
// #endregion

/** The category of the streams, `payment-<id>`. */
export const category = "payment"

/** A report of the provider. */
export interface Report {
  /** The id of this report, a UUID. */
  readonly id: string
  /** The id of the payment that it is about. */
  readonly payment: string
  readonly event: Event
  readonly occurredAt: DateTime.Utc
}

// #region duplicate-id
/**
 * Stores a report. Fails with `DuplicateEventId` if it was stored before, and with `InvalidInput` if its id is not
 * a UUID.
 */
export const store = Effect.fnUntraced(function*({ event, id, occurredAt, payment }: Report) {
  const stream = yield* Effect.fromResult(StreamName.make(category, payment))
  const encoded = yield* Effect.fromResult(codec.encode(event))
  const eventId = yield* Effect.fromResult(EventId.parse(id))
  return yield* (yield* EventStore.EventStore).append(stream, [{ ...encoded, id: eventId, metadata: {}, occurredAt }])
})
// #endregion
