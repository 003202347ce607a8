/**
 * Runs a process: meets the events of the log, sends what was decided, waits for timeouts. Any number of programs may run
 * the same process: one at a time meets events, all of them share in the commands.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Process } from "@refold/core/process/Process"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ReadFailure } from "../log/EventReader.ts"
import type { ProjectionTarget } from "../project/internal/ProjectionTarget.ts"
import type { ProjectionOutdated } from "../project/ProjectionError.ts"
import * as Projector from "../project/Projector.ts"
import { ReadModelStore } from "../project/ReadModelStore.ts"
import * as Attending from "./internal/Attending.ts"
import * as Observing from "./internal/Observing.ts"
import * as Rounds from "./internal/Rounds.ts"
import * as Shift from "./internal/Shift.ts"
import type { ProcessHandler, Services as HandlerServices, Unsettled } from "./ProcessHandler.ts"

/** How a process is run; see the fields for the defaults. */
export interface Options<R> extends Partial<Attending.Care>, Partial<Rounds.Options> {
  /** Handlers for its targets, one for each. */
  readonly handlers: ReadonlyArray<ProcessHandler<R>>
  /** The most events that are met at once, 200 by default: what they lead to is recorded in one transaction. */
  readonly batchSize?: number | undefined
  /** How late a timeout may fire, 1 second by default. */
  readonly lookEvery?: Duration.Input | undefined
}

/** What running a process takes. */
export type Services = HandlerServices | ReadModelStore

/** Every way in which running a process can end. */
export type RunFailure = ProjectionOutdated | ReadFailure

/**
 * Runs a process for ever. Waits for a store that cannot be reached, and tries a command again whose outcome is not
 * known. Fails with `InvalidInput` where a target has no handler or an option breaks a rule, and at the start as the store
 * does.
 */
export const run = <Event extends Tagged, State, R = never>(
  process: Process<Event, State>,
  options: Options<R>
): Effect.Effect<never, RunFailure, Services | R> =>
  Effect.andThen(
    check(process, options),
    Effect.raceFirst(
      Projector.run(observer(process), { batchSize: options.batchSize ?? batchSize }),
      Shift.work(process, observer(process), attendant(process, options), {
        ...roundsOf(options),
        lookEvery: options.lookEvery ?? "1 second"
      })
    )
  )

/** As `run`, in the background until the scope closes. What is wrong from the start fails here; a later end is logged. */
export const start = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  process: Process<Event, State>,
  options: Options<R>
): Effect.fn.Return<void, RunFailure, Services | Scope.Scope | R> {
  yield* check(process, options)
  const store = yield* ReadModelStore
  yield* store.open(observer(process))
  yield* store.open(Projector.targetOf(process.rows))
  const logged = Effect.tapCause(
    run(process, options),
    (cause) => Effect.logError(`process "${process.name}" has ended`, cause)
  )
  yield* Effect.forkScoped(logged)
})

/**
 * Runs a process until there is nothing left to do at this moment: every event met, every command answered, every timeout
 * fired that is due. For jobs and tests. Fails where a command's outcome cannot be known, as the store does.
 */
export const catchUp = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  process: Process<Event, State>,
  options: Options<R>
): Effect.fn.Return<void, RunFailure | Unsettled, Services | R> {
  yield* check(process, options)
  const own = attendant(process, options)
  for (;;) {
    // A timeout must not fire before everything is met that was there when it fell due.
    const until = yield* DateTime.now
    const position = yield* Projector.catchUp(observer(process), { batchSize: options.batchSize ?? batchSize })
    const { failed: [failed], goesOn } = yield* Rounds.make(process, own, { until, position }, roundsOf(options))
    if (failed !== undefined) return yield* Effect.fail(failed)
    // What is sent may lead to events that are for an instance.
    if (!goesOn) return
  }
})

/** What follows the log for a process: for `Parked`, where nobody can say whose an event is, and for `ProjectionStatus`. */
export const observer = <Event extends Tagged, State>(
  process: Process<Event, State>
): ProjectionTarget<HandlerServices> => Observing.make(process)

const batchSize = 200

const attendant = <Event extends Tagged, State, R>(process: Process<Event, State>, options: Options<R>) =>
  Attending.make(process, options.handlers, careOf(options))

const careOf = ({ attempts = 3, patience = "30 seconds" }: Partial<Attending.Care>): Attending.Care => ({
  attempts,
  patience
})

const roundsOf = ({ concurrency = 8 }: Partial<Rounds.Options>): Rounds.Options => ({ concurrency })

const check = <R>(
  { targets }: { readonly targets: ReadonlyArray<{ readonly category: string }> },
  { attempts = 1, batchSize = 1, concurrency = 1, handlers, lookEvery = 1, patience = 1 }: Options<R>
): Effect.Effect<void, InvalidInput> => {
  for (const [field, value] of Object.entries({ attempts, batchSize, concurrency })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      return new InvalidInput({ field, rule: "must be a whole number from 1" })
    }
  }
  for (const [field, value] of Object.entries({ lookEvery, patience })) {
    if (!(Duration.toMillis(Duration.fromInputUnsafe(value)) >= 1)) {
      return new InvalidInput({ field, rule: "must be at least a millisecond" })
    }
  }
  const missing = targets.find((target) => handlers.every(({ category }) => category !== target.category))
  return missing === undefined
    ? Effect.void
    : new InvalidInput({ field: "handlers", rule: `must have one for category "${missing.category}"` })
}
