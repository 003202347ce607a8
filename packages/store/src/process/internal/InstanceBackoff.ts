/** Delays the work on instances whose work failed, by `RetryPolicies.instanceFailure`. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as RetryPolicies from "../../log/internal/RetryPolicies.ts"

/** The delays of a runner; times are in milliseconds since 1970. */
export interface InstanceBackoff {
  readonly isOver: (stream: string, now: number) => boolean
  /** Delays an instance after a failure; each failure in a row delays it for longer. */
  readonly delay: (stream: string, now: number) => Effect.Effect<void>
}

// A delay that ended so long ago, in milliseconds, is forgotten: the work has succeeded since, or is not due.
const memory = 30_000

/** No delays yet. */
export const start = (): InstanceBackoff => {
  const delays = new Map<string, Delay>()
  return {
    isOver: (stream, now) => (delays.get(stream)?.until ?? 0) <= now,
    delay: Effect.fnUntraced(function*(stream, now) {
      for (const [other, { until }] of delays) if (until + memory < now) delays.delete(other)
      const step = delays.get(stream)?.step ?? (yield* Schedule.toStep(RetryPolicies.instanceFailure))
      // The policy never ends.
      const [, delay] = yield* Effect.orDie(step(now, undefined))
      delays.set(stream, { step, until: now + Duration.toMillis(delay) })
    })
  }
}

interface Delay {
  readonly step: Effect.Success<ReturnType<typeof Schedule.toStep<Duration.Duration, unknown, never, never>>>
  readonly until: number
}
