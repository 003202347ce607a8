/** A clock that is some days ahead, so that timeouts of days are due without waiting. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** Runs an effect with the clock `days` days ahead. */
export const inDays = (days: number) => <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const ahead = Duration.toMillis(Duration.days(days))
    const nanosAhead = BigInt(ahead) * 1_000_000n
    return Effect.provideService(work, Clock.Clock, {
      currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + ahead,
      currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + ahead),
      currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanosAhead,
      currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanosAhead),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    })
  })
