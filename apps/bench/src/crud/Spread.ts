/** The median and the range of several rounds. */

/** Median, minimum and maximum. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The spread of at least one value. */
export const of = (values: ReadonlyArray<number>): Spread => {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: median(sorted), min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN }
}

const median = (sorted: ReadonlyArray<number>): number => {
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** The ratios of values to a base of the same rounds: a disturbance of a round affects both. */
export const ratio = (values: ReadonlyArray<number>, base: ReadonlyArray<number>): Spread =>
  of(values.map((value, round) => value / (base[round] ?? Number.NaN)))
