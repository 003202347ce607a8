/** Medians, quantiles and ratios of rounds. */
import * as Spread from "../crud/Spread.ts"

export type { Spread } from "../crud/Spread.ts"

/** The middle and the ends of at least one value. */
export const spread = Spread.of

/** The smallest value that at least the given share of all values does not exceed; NaN for none. */
export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/**
 * The ratio of values to those of a base in the same rounds, 2 for twice as good: a disturbance of a round affects
 * both. Rounds that one of them did not finish are left out; undefined if none is left.
 */
export const advantage = (
  values: ReadonlyArray<number | undefined>,
  base: ReadonlyArray<number | undefined>,
  better: "more" | "less"
): Spread.Spread | undefined => {
  const ratios = values.flatMap((value, round) => {
    const other = base[round]
    if (value === undefined || other === undefined) return []
    return [better === "more" ? value / other : other / value]
  })
  return ratios.length === 0 ? undefined : Spread.of(ratios)
}
