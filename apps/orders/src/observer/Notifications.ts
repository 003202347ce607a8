/** Notifications: an observer that sends users messages about their orders. */
import { Effect } from "effect"
import { EventCodec, type RecordedEvent, StreamName } from "refold"
import * as Order from "../Order.ts"

/** A message to be sent. */
export type Send = (message: string) => Effect.Effect<void>

const codec = EventCodec.makeUnsafe([Order.OrderPaid, Order.OrderShipped, Order.OrderCancelled])
const types = codec.storedTypes()

const textOf = (
  order: string,
  event: typeof Order.OrderPaid.Event | typeof Order.OrderShipped.Event | typeof Order.OrderCancelled.Event
): string => {
  switch (event._tag) {
    case "OrderPaid":
      return `order ${order} is paid`
    case "OrderShipped":
      return `order ${order} is on its way with ${event.carrier}`
    case "OrderCancelled":
      return `order ${order} is cancelled: ${event.reason}`
  }
}

// #region observer
/** Sends a message for each event that concerns a user. */
export const notifications = (send: Send) => (recorded: RecordedEvent.RecordedEvent) =>
  types.includes(recorded.type)
    ? Effect.flatMap(
      Effect.fromResult(codec.decode(recorded)),
      Effect.forEach((event) => send(textOf(StreamName.id(recorded.stream), event)), { discard: true })
    )
    : Effect.void
// #endregion
