/** Waits for effects of programs in the background. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** Waits until a condition holds, at most 10 seconds: the comparison after it then shows the actual state. */
export const waitUntil = <E, R>(holds: Effect.Effect<boolean, E, R>) =>
  holds.pipe(
    Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("2 millis") }),
    Effect.timeoutOption("10 seconds")
  )
