/** All retry policies as named schedules. A delay is the time between the failure of one attempt and the next attempt. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"

/** Doubles the delay from `first` up to `longest`. */
const exponential = (first: Duration.Input, longest: Duration.Input): Schedule.Schedule<Duration.Duration> =>
  Schedule.min([Schedule.exponential(first), Schedule.spaced(longest)])

/**
 * Deciding again after a version conflict: 2 ms, doubled up to 200 ms, each multiplied by a random factor from 0 to 1, so
 * that writers that collided spread out. Ends after `times` retries.
 */
export const versionConflict = (times: number): Schedule.Schedule<Duration.Duration> =>
  exponential("2 millis", "200 millis").pipe(
    Schedule.modifyDelay(({ duration }) => Effect.map(Random.next, (factor) => Duration.times(duration, factor))),
    Schedule.upTo({ times })
  )

/** A command of a process that failed for another reason than the store: 100 ms, doubled. Ends after `attempts` attempts. */
export const commandAttempt = (attempts: number): Schedule.Schedule<Duration.Duration> =>
  Schedule.upTo(Schedule.exponential("100 millis"), { times: attempts - 1 })

/** Work on an instance of a process that failed, such as a command with an unknown outcome: 200 ms, doubled up to 30 s. */
export const instanceFailure: Schedule.Schedule<Duration.Duration> = exponential("200 millis", "30 seconds")

/**
 * Folding or handling a poisoned event again: `first` (50 ms by default, see `Projector.Options`), doubled up to a minute, or up to
 * `first` if that is longer. Never ends by itself.
 */
export const poisonedEvent = (first: Duration.Input): Schedule.Schedule<Duration.Duration> =>
  exponential(first, Duration.max(Duration.fromInputUnsafe(first), Duration.minutes(1)))

/** Reading on in a subscription after the store failed: every 500 ms. Never ends. */
export const storeUnavailable: Schedule.Schedule<number> = Schedule.spaced("500 millis")

/**
 * Sending a statement to a PostgreSQL server that restarts, or through a pool that still holds dead connections: 10 ms,
 * doubled up to 100 ms, each ±20 % at random, so that a pool's dead connections are used up within a short budget. Never
 * ends by itself: see `RetryBudget`.
 */
export const reconnect: Schedule.Schedule<Duration.Duration> = exponential("10 millis", "100 millis").pipe(
  Schedule.jittered
)

/**
 * Listening for notifications of PostgreSQL again: 100 ms, doubled up to 5 s, each ±20 % at random. Never ends; events are
 * polled for meanwhile.
 */
export const listenAgain: Schedule.Schedule<Duration.Duration> = exponential("100 millis", "5 seconds").pipe(
  Schedule.jittered
)

/** Querying generations of rows again when one was dropped during the query: at once. Ends after 5 retries. */
export const generationDropped: Schedule.Schedule<number> = Schedule.recurs(5)

/** Waits for the delay of a policy after this error; fails with the error when the policy has ended. */
export type Driver<E> = (error: E) => Effect.Effect<void, E>

/** The driver of a policy, for a loop that keeps state between its attempts; elsewhere `Effect.retry` is used. */
export const drive = <E>(policy: Schedule.Schedule<unknown, E>): Effect.Effect<Driver<E>> =>
  Effect.map(
    Schedule.toStepWithSleep(policy),
    (step) => (error) => Pull.catchDone(Effect.asVoid(step(error)), () => Effect.fail(error))
  )
