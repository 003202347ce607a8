/** Money as whole minor units (hellers, cents), so that sums are exact. */
import * as Schema from "effect/Schema"

/** An amount that moves: minor units, 0 or more. A bank's books contain movements of 0.00, such as rounded interest. */
export const Amount = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)), Schema.brand("Amount"))
/** An amount that moves: minor units, 0 or more. */
export type Amount = typeof Amount.Type

/** A balance: minor units, below 0 if the account is overdrawn. */
export const Balance = Schema.Int
/** A balance: minor units, below 0 if the account is overdrawn. */
export type Balance = typeof Balance.Type

/** Whole crowns. For constants: throws below 0. */
export const crowns = (n: number): Amount => Amount.make(Math.round(n * 100))

/** Minor units for people: `1,234.50`. */
export const format = (minorUnits: number): string =>
  (minorUnits / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
