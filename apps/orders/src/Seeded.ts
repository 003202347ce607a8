/** A clock that the story sets, and event ids that are counted: so each run stores and prints the same data. */
import { Clock, DateTime, Effect, Layer } from "effect"
import { type EventId, EventIds } from "refold"

/** The clock of a story. */
export interface Seeded {
  /** Sets the clock. A text is a time in ISO 8601. */
  readonly set: (time: DateTime.Utc | string) => Effect.Effect<void>
  readonly layer: Layer.Layer<never>
}

/** The id number `n`: a valid UUID of version 7. */
export const eventId = (n: number): EventId.EventId =>
  // The text has the form of a UUID.
  `00000000-0000-7000-8000-${`${n}`.padStart(12, "0")}` as EventId.EventId

/** Makes a clock that only moves when it is set, and ids from 1. Sleeping takes real time. */
export const make = (start: string): Effect.Effect<Seeded> =>
  Effect.map(Clock.clockWith(Effect.succeed), (real) => {
    let millis = DateTime.toEpochMillis(DateTime.makeUnsafe(start))
    let ids = 0
    const clock: Clock.Clock = {
      currentTimeMillisUnsafe: () => millis,
      currentTimeMillis: Effect.sync(() => millis),
      currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
      currentTimeNanos: Effect.sync(() => BigInt(millis) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
      sleep: (duration) => real.sleep(duration)
    }
    return {
      set: (time) =>
        Effect.sync(() => {
          millis = DateTime.toEpochMillis(DateTime.makeUnsafe(time))
        }),
      layer: Layer.mergeAll(
        Layer.succeed(Clock.Clock, clock),
        Layer.succeed(EventIds.EventIds, Effect.sync(() => eventId(++ids)))
      )
    }
  })
