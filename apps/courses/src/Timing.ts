/** Figures of time, for notes. */
import { Duration, Effect } from "effect"

/** Runs an effect four times, and gives its result and the median of the last three times as text, like `12.3 ms`. */
export const timed = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const result = yield* effect
  const times: Array<number> = []
  for (let run = 0; run < 3; run++) {
    const [duration] = yield* Effect.timed(effect)
    times.push(Duration.toMillis(duration))
  }
  const [, median = 0] = times.toSorted((a, b) => a - b)
  return { result, time: `${median.toFixed(1)} ms` }
})
