/** Wall clocks that nobody should trust. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

// So many milliseconds off, by how often the clock has been read.
const off = (millisecondsAfter: (readings: number) => number) =>
  Layer.effect(
    Clock.Clock,
    Effect.map(Clock.Clock, (clock): Clock.Clock => {
      let readings = 0
      const currentTimeMillisUnsafe = () => clock.currentTimeMillisUnsafe() + millisecondsAfter(readings++)
      return {
        currentTimeMillisUnsafe,
        currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
        currentTimeNanos: clock.currentTimeNanos,
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
        monotonicTimeNanos: clock.monotonicTimeNanos,
        sleep: (duration) => clock.sleep(duration)
      }
    })
  )

/** One that is set back and forth all the time, by up to five milliseconds. */
export const layer = off((readings) => (readings * 7) % 11 - 5)

/** One that goes back by a minute whenever it is read. */
export const backwards = off((readings) => -60_000 * readings)
