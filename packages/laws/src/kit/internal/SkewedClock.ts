/** Wall clocks that are wrong: by an amount that changes with each reading, or ahead by a fixed duration. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

// Only the wall clock is skewed; monotonic time and sleeping are the original's.
const skewed = (clock: Clock.Clock, offsetMillis: () => number): Clock.Clock => {
  const currentTimeMillisUnsafe = () => clock.currentTimeMillisUnsafe() + offsetMillis()
  const currentTimeNanosUnsafe = () => clock.currentTimeNanosUnsafe() + BigInt(offsetMillis()) * 1_000_000n
  return {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe,
    currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

const byReading = (offsetMillis: (readings: number) => number): Layer.Layer<never> =>
  Layer.effect(
    Clock.Clock,
    Effect.map(Clock.Clock, (clock) => {
      let readings = 0
      return skewed(clock, () => offsetMillis(readings++))
    })
  )

/** A clock that moves back and forth by up to five milliseconds between readings. */
export const jittering: Layer.Layer<never> = byReading((readings) => (readings * 7) % 11 - 5)

/** A clock that goes back by a minute with each reading. */
export const backwards: Layer.Layer<never> = byReading((readings) => -60_000 * readings)

/** Runs an effect with a clock that is ahead by this duration. Time passes at the same speed. */
export const ahead = (by: Duration.Input) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const millis = Duration.toMillis(by)
    return Effect.provideService(effect, Clock.Clock, skewed(clock, () => millis))
  })
