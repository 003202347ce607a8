/** The size of a run. */

/** The sizes of the measurements. */
export interface Scale {
  /** The size of a run that takes about a minute. */
  readonly isQuick: boolean
  /** Whether the log of five million events is filled, too, which takes minutes. */
  readonly isHuge: boolean
  /** Rounds after the one that warms up. */
  readonly rounds: number
}

/** The duration of a writer's loop. */
export const millisOf = ({ isQuick }: Scale): number => (isQuick ? 50 : 1_000)
/** The writers in words. */
export const writersOf = (writers: number): string => `${writers} writer${writers === 1 ? "" : "s"}`
/** A number in words. */
export const count = (n: number): string => n.toLocaleString("en-US")
