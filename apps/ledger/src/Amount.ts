/** Money as whole minor units (hellers, cents), so that sums are exact. */
import * as Schema from "effect/Schema"

/** An amount that moves: minor units, 0 or more. A bank's books do hold movements of 0.00, rounded interest for one. */
export const Amount = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)), Schema.brand("Amount"))
/** An amount that moves: minor units, 0 or more. */
export type Amount = typeof Amount.Type

/** What an account holds: minor units, below 0 when it is overdrawn. */
export const Balance = Schema.Int
/** What an account holds: minor units, below 0 when it is overdrawn. */
export type Balance = typeof Balance.Type

/** So many whole crowns. For constants: throws below 0. */
export const crowns = (n: number): Amount => Amount.make(Math.round(n * 100))

/** Minor units for people: `1,234.50`. */
export const format = (minorUnits: number): string =>
  (minorUnits / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
