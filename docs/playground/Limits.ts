/** What a run may use before it is cut off, so that no program harms the page. */

/** The limits. Characters are UTF-16 units. */
export const limits = {
  /** Characters in all files of a program. A larger one is not compiled. */
  code: 200_000,
  /** Calls of the console that are shown. */
  lines: 1000,
  /** Characters of output that are shown. */
  output: 100_000,
  /** Events that are shown and folded. */
  events: 500,
  /** Characters that are shown of one value. */
  text: 2000,
  /** Rows that one event may change before the projection is not shown any further. */
  rows: 1000,
  /** Changes of rows that are shown, of all projections together. */
  changes: 5000,
  /** Notes that are shown. */
  notes: 50
} as const

/** A number with separators of thousands. */
export const count = (value: number): string => value.toLocaleString("en-US")

/** The text, or its beginning with a mark where it is longer than a value may be. */
export const cut = (text: string, length: number = limits.text): string =>
  text.length <= length ? text : `${text.slice(0, length)}… (${count(text.length)} characters)`
