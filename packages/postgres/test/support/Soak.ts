/*
 * The sizes of tests: `npm test` checks every law and every planted fault with few inputs, `npm run soak` with many.
 */

/** REFOLD_SOAK: "short" is the short soak, any other text the full one; without it the sizes are those of `npm test`. */
export const level: "test" | "short" | "full" = (() => {
  const soak = process.env["REFOLD_SOAK"] ?? ""
  return soak === "" ? "test" : soak === "short" ? soak : "full"
})()

/** The sizes of a test: its number of rows, inputs or kills. */
export interface Sizes {
  readonly test: number
  /** The short soak runs the files whose sizes have this field. */
  readonly short?: number
  readonly full: number
}

/** The size for this run. */
export const size = (sizes: Sizes): number => sizes[level] ?? sizes.test
