/** The limits on waiting for the server: the total time of retries, and the time of one statement. */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlError from "effect/sql/SqlError"

/** The limits of a store. */
export interface TimeLimits {
  /** The total time in which a statement that is safe to repeat is sent again. */
  readonly retryReadsFor: Duration.Duration
  /** The total time in which an append is sent again, and is looked up. */
  readonly retryAppendsFor: Duration.Duration
  /** The time within which the server must answer a statement. */
  readonly queryTimeout: Duration.Duration
}

/** The limits as options. */
export type Options = { readonly [Limit in keyof TimeLimits]?: Duration.Input | undefined }

/** The default limits. */
export const defaults: TimeLimits = {
  retryReadsFor: Duration.seconds(2),
  retryAppendsFor: Duration.seconds(10),
  queryTimeout: Duration.minutes(1)
}

/** The limits with their defaults, or `InvalidInput` that names the option and its rule. */
export const resolve = (
  {
    queryTimeout = defaults.queryTimeout,
    retryAppendsFor = defaults.retryAppendsFor,
    retryReadsFor = defaults.retryReadsFor
  }: Options
): Result.Result<TimeLimits, InvalidInput> =>
  Result.all({
    retryReadsFor: check("retryReadsFor", retryReadsFor, 0),
    retryAppendsFor: check("retryAppendsFor", retryAppendsFor, 0),
    queryTimeout: check("queryTimeout", queryTimeout, 1)
  })

const check = (field: string, input: Duration.Input, least: number): Result.Result<Duration.Duration, InvalidInput> =>
  Option.match(Option.filter(Duration.fromInput(input), (duration) => Duration.toMillis(duration) >= least), {
    onNone: () => invalid(field, least === 0 ? "must be a duration of 0 or more" : "must be at least a millisecond"),
    onSome: Result.succeed
  })

/**
 * Fails as for a lost connection if the server has not answered a statement within `queryTimeout`, even if the
 * caller is not interruptible.
 */
export const withinTimeout = <A, E>(
  { queryTimeout }: TimeLimits,
  statement: Effect.Effect<A, E>
): Effect.Effect<A, E | SqlError.SqlError> =>
  Duration.isFinite(queryTimeout)
    ? Effect.withFiber(({ context }) => inTime(Effect.provideContext(statement, context), queryTimeout))
    : statement

/**
 * The lock timeout of a statement, in milliseconds; 0 without a limit. Shorter than `queryTimeout`, so that the error
 * names the lock.
 */
export const lockTimeout = ({ queryTimeout }: Pick<TimeLimits, "queryTimeout">): number =>
  Duration.isFinite(queryTimeout)
    ? Math.min(Math.max(1, Math.floor(0.9 * Duration.toMillis(queryTimeout))), longestTimer)
    : 0

const inTime = <A, E>(
  statement: Effect.Effect<A, E>,
  queryTimeout: Duration.Duration
): Effect.Effect<A, E | SqlError.SqlError> =>
  Effect.callback((resume) => Fiber.interrupt(runInTime({ queryTimeout }, Context.empty(), statement, resume)))

/**
 * Runs a statement in a separate fiber, which fails as `withinTimeout` does. A plain timer costs half as much as a race of two
 * fibers, keeps the fiber interruptible, and does not depend on a clock that a test controls.
 */
export const runInTime = <A, E>(
  { queryTimeout }: Pick<TimeLimits, "queryTimeout">,
  context: Context.Context<never>,
  statement: Effect.Effect<A, E>,
  onExit: (exit: Exit.Exit<A, E | SqlError.SqlError>, fiber: Fiber.Fiber<A, E>) => void
): Fiber.Fiber<A, E> => {
  let isLate = false
  const fiber = Effect.runForkWith(context)(statement)
  const timer = Duration.isFinite(queryTimeout)
    ? setTimeout(() => {
      isLate = true
      fiber.interruptUnsafe()
    }, Math.min(Duration.toMillis(queryTimeout), longestTimer))
    : undefined
  fiber.addObserver((exit) => {
    clearTimeout(timer)
    onExit(isLate && Exit.isFailure(exit) ? Exit.fail(noAnswer(queryTimeout)) : exit, fiber)
  })
  return fiber
}

const longestTimer = 2 ** 31 - 1

const noAnswer = (queryTimeout: Duration.Duration): SqlError.SqlError => {
  const message = `the server did not answer within ${Duration.format(queryTimeout)}, the queryTimeout`
  return new SqlError.SqlError({
    reason: new SqlError.ConnectionError({ cause: new Error(message), message, operation: "query" })
  })
}
