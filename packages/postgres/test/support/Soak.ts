/*
 * How much the tests do: `npm test` tries every law and every planted fault with few inputs, `npm run soak` with many.
 */

/** REFOLD_SOAK: "short" is the short soak, any other text the full one; without it the tests are as `npm test` has them. */
export const level: "test" | "short" | "full" = (() => {
  const soak = process.env["REFOLD_SOAK"] ?? ""
  return soak === "" ? "test" : soak === "short" ? soak : "full"
})()

/** The sizes of a test: how many rows, inputs, kills. */
export interface Sizes {
  readonly test: number
  /** A file whose sizes name it is one of those that the short soak runs. */
  readonly short?: number
  readonly full: number
}

/** The size for this run. */
export const size = (sizes: Sizes): number => sizes[level] ?? sizes.test
