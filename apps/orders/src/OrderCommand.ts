/** The commands to an order, and its refusals. */
import { Schema } from "effect"
import * as Money from "./Money.ts"
import { Line } from "./OrderEvent.ts"

/** A command to an order. */
export const Command = Schema.Union([
  Schema.TaggedStruct("PlaceOrder", {
    user: Schema.NonEmptyString,
    currency: Money.Currency,
    lines: Schema.NonEmptyArray(Line)
  }),
  Schema.TaggedStruct("AddLine", { line: Line }),
  Schema.TaggedStruct("RecordPayment", {
    payment: Schema.NonEmptyString,
    amount: Money.Amount,
    currency: Money.Currency
  }),
  Schema.TaggedStruct("ShipOrder", { carrier: Schema.NonEmptyString }),
  Schema.TaggedStruct("CancelOrder", { reason: Schema.NonEmptyString })
])
/** A command to an order. */
export type Command = typeof Command.Type

/** The refusal of a command to an order. */
export type Refusal =
  | { readonly _tag: "OrderNotPlaced" }
  | { readonly _tag: "OrderAlreadyPlaced" }
  | { readonly _tag: "OrderNotPaid" }
  | { readonly _tag: "OrderIsPaid" }
  | { readonly _tag: "OrderIsShipped" }
  | { readonly _tag: "OrderIsCancelled" }
  | { readonly _tag: "OtherCurrency"; readonly expected: Money.Currency; readonly paid: Money.Currency }
  /** `expected` and `paid` are minor units in digits. */
  | { readonly _tag: "OtherAmount"; readonly expected: string; readonly paid: string }
