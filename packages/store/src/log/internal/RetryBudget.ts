/** The total time of retries. The statements of one load share it: a store that is down fails the load once, not once a statement. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** The retries of one statement, or of several in turn. */
export interface RetryBudget {
  /** Whether there is time for another attempt. The time begins with the first failure. */
  readonly isLeft: Effect.Effect<boolean>
  /** Ends an outage: the next failure is a first one again. */
  readonly succeeded: Effect.Effect<void>
}

/** An outage: the time of the first failure in milliseconds, while it lasts. */
interface Outage {
  since: number | undefined
}

const SharedOutage = Context.Reference<Outage | undefined>("@refold/store/internal/log/SharedOutage", {
  defaultValue: () => undefined
})

/** A budget of its own. */
export const make = (total: Duration.Duration): RetryBudget => of(total, { since: undefined })

/** The budget that a caller shares by `share`; without one, a budget of its own. */
export const current = (total: Duration.Duration): Effect.Effect<RetryBudget> =>
  Effect.map(SharedOutage, (outage) => of(total, outage ?? { since: undefined }))

/** Statements that `effect` sends one after another share one budget. */
export const share = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    SharedOutage,
    (outage) => outage === undefined ? Effect.provideService(effect, SharedOutage, { since: undefined }) : effect
  )

const of = (total: Duration.Duration, outage: Outage): RetryBudget => ({
  isLeft: Effect.map(Clock.currentTimeMillis, (now) => {
    outage.since ??= now
    return now - outage.since < Duration.toMillis(total)
  }),
  succeeded: Effect.sync(() => void (outage.since = undefined))
})
