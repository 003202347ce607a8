/** Waits for what programs in the background do. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** Waits until a condition holds; goes on after 10 seconds where it never does, so that a comparison shows what is there. */
export const waitUntil = <E, R>(holds: Effect.Effect<boolean, E, R>) =>
  holds.pipe(
    Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("2 millis") }),
    Effect.timeoutOption("10 seconds")
  )
