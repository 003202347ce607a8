/** The currencies in which the bank keeps accounts. Each has a hundred minor units, as amounts are written here. */
import * as Schema from "effect/Schema"

/** A currency, by its code in ISO 4217. */
export const Currency = Schema.Literals(["CZK", "EUR", "USD"])
/** A currency, by its code in ISO 4217. */
export type Currency = typeof Currency.Type

/** The currency of events that have none: crowns. */
export const first: Currency = "CZK"
