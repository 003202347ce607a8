/** How long to leave instances alone whose commands came to no end, ever longer from one failure to the next. */

/** The pauses of a runner. */
export interface Pauses {
  readonly isOver: (stream: string, now: number) => boolean
  readonly prolong: (stream: string, now: number) => void
}

const longest = 30_000

/** No pauses yet. */
export const make = (): Pauses => {
  const pauses = new Map<string, { readonly failures: number; readonly until: number }>()
  return {
    isOver: (stream, now) => (pauses.get(stream)?.until ?? 0) <= now,
    prolong: (stream, now) => {
      // What has been over for long has gone well since.
      for (const [other, { until }] of pauses) if (until + longest < now) pauses.delete(other)
      const failures = (pauses.get(stream)?.failures ?? 0) + 1
      pauses.set(stream, { failures, until: now + Math.min(longest, 100 * 2 ** failures) })
    }
  }
}
