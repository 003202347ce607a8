/** An order: placed, paid in full, shipped; or cancelled. Read it top to bottom: events, state, decide, evolve, decider. */
import { Schema } from "effect"
import { Aggregate, Decider } from "refold"
import * as Money from "./Money.ts"
import { Command, type Refusal } from "./OrderCommand.ts"
import {
  codec,
  type Event,
  LineAdded,
  OrderCancelled,
  OrderPaid,
  OrderPlaced,
  OrderShipped,
  totalOf
} from "./OrderEvent.ts"

export * from "./OrderCommand.ts"
export * from "./OrderEvent.ts"

/** An order that waits for its payment. */
const Placed = Schema.TaggedStruct("Placed", { user: Schema.String, currency: Money.Currency, total: Money.Sum })
type Placed = typeof Placed.Type

/** The state of an order. */
export const State = Schema.Union([
  Schema.TaggedStruct("New", {}),
  Placed,
  Schema.TaggedStruct("Paid", { payment: Schema.String }),
  Schema.TaggedStruct("Shipped", { payment: Schema.String }),
  Schema.TaggedStruct("Cancelled", {})
])
/** The state of an order. */
export type State = typeof State.Type

type Decision = Decider.Decision<Event, Refusal>

// #region decider
const decide = (command: Command, state: State): Decision => {
  switch (state._tag) {
    case "New":
      return command._tag === "PlaceOrder" ? place(command) : Decider.refuse({ _tag: "OrderNotPlaced" })
    case "Placed":
      return decidePlaced(command, state)
    case "Paid":
      if (command._tag === "ShipOrder") return Decider.accept(OrderShipped.make({ carrier: command.carrier }))
      return isRepeated(command, state) ? Decider.accept() : Decider.refuse({ _tag: "OrderIsPaid" })
    case "Shipped":
      return isRepeated(command, state) ? Decider.accept() : Decider.refuse({ _tag: "OrderIsShipped" })
    case "Cancelled":
      return command._tag === "CancelOrder" ? Decider.accept() : Decider.refuse({ _tag: "OrderIsCancelled" })
  }
}

const place = ({ currency, lines, user }: Extract<Command, { readonly _tag: "PlaceOrder" }>): Decision =>
  Decider.accept(OrderPlaced.make({ user, currency, lines }))

const decidePlaced = (command: Command, { currency, total, user }: Placed): Decision => {
  switch (command._tag) {
    case "PlaceOrder":
      return Decider.refuse({ _tag: "OrderAlreadyPlaced" })
    case "AddLine":
      return Decider.accept(LineAdded.make(command.line))
    case "RecordPayment": {
      const { amount, currency: paid, payment } = command
      if (paid !== currency) return Decider.refuse({ _tag: "OtherCurrency", expected: currency, paid })
      if (BigInt(amount) !== total)
        return Decider.refuse({ _tag: "OtherAmount", expected: `${total}`, paid: `${amount}` })
      return Decider.accept(OrderPaid.make({ payment, amount }))
    }
    case "ShipOrder":
      return Decider.refuse({ _tag: "OrderNotPaid" })
    case "CancelOrder":
      return Decider.accept(OrderCancelled.make({ user, reason: command.reason }))
  }
}

// A command that was carried out before decides no events, so it may be sent again.
const isRepeated = (command: Command, state: Extract<State, { readonly payment: string }>): boolean =>
  command._tag === "RecordPayment"
    ? command.payment === state.payment
    : command._tag === "ShipOrder" && state._tag === "Shipped"

const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "OrderPlaced":
      return { _tag: "Placed", user: event.user, currency: event.currency, total: totalOf(event.lines) }
    case "LineAdded":
      return state._tag === "Placed" ? { ...state, total: state.total + totalOf([event]) } : state
    case "OrderPaid":
      return { _tag: "Paid", payment: event.payment }
    case "OrderShipped":
      return { _tag: "Shipped", payment: state._tag === "Paid" ? state.payment : "" }
    case "OrderCancelled":
      return { _tag: "Cancelled" }
  }
}

/** Decides commands to orders. */
export const decider = Decider.make<Command, State, Event, Refusal>({
  initialState: { _tag: "New" },
  decide,
  evolve,
  isTerminal: ({ _tag }) => _tag === "Shipped" || _tag === "Cancelled"
})
// #endregion

/** Orders and their streams, `order-<id>`. */
export const aggregate = Aggregate.makeUnsafe({
  category: "order",
  events: codec,
  commands: Command,
  decider,
  snapshots: { name: "order", version: 1, state: State, every: 100 }
})
