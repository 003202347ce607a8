/** Money in whole minor units (cents, hellers, yen), so that sums are exact. */
import { Schema } from "effect"

/** The currencies of the shop, by their codes in ISO 4217. */
export const Currency = Schema.Literals(["CZK", "EUR", "JPY", "USD"])
/** A currency of the shop. */
export type Currency = typeof Currency.Type

/** The currency of events that were stored without one: the first release sold in euros only. */
export const first: Currency = "EUR"

/** An amount of one event: minor units, 1 or more, a safe integer. */
export const Amount = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(1)))

/** A sum of amounts: minor units as a bigint, since a sum can leave the safe integers. Stored as a text of digits. */
export const Sum = Schema.BigIntFromString
/** A sum of amounts in minor units. */
export type Sum = typeof Sum.Type

// A yen has no minor unit.
const decimals: Readonly<Record<Currency, number>> = { CZK: 2, EUR: 2, JPY: 0, USD: 2 }

/** Minor units as text: `EUR 1234.50`. */
export const format = (minorUnits: Sum | number, currency: Currency): string => {
  const sign = minorUnits < 0 ? "-" : ""
  const digits = `${minorUnits}`.replace("-", "").padStart(decimals[currency] + 1, "0")
  const point = digits.length - decimals[currency]
  const fraction = digits.slice(point)
  return `${currency} ${sign}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`
}
