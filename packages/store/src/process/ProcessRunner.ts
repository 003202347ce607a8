/**
 * Runs a process: observes the events of the log, dispatches the commands that its instances decide, fires timeouts. Any
 * number of programs may run the same process: one at a time observes events, or each of their partitions, and all share the commands
 * and timeouts.
 */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { Process } from "@refold/core/process/Process"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as CatchUp from "../project/internal/CatchUp.ts"
import * as FollowLog from "../project/internal/FollowLog.ts"
import * as OutdatedCode from "../project/internal/OutdatedCode.ts"
import type { ProjectionTarget } from "../project/internal/ProjectionTarget.ts"
import * as Redefine from "../project/internal/Redefine.ts"
import * as Projector from "../project/Projector.ts"
import { type NotOwned, ReadModelStore } from "../project/ReadModelStore.ts"
import * as EventObserver from "./internal/EventObserver.ts"
import * as RunnerOptions from "./internal/RunnerOptions.ts"
import * as Worker from "./internal/Worker.ts"
import * as WorkerPool from "./internal/WorkerPool.ts"
import type { RetryableFailure, Services as HandlerServices } from "./ProcessHandler.ts"

export type { Options } from "./internal/RunnerOptions.ts"

/** The services that running a process needs. */
export type Services = HandlerServices | ReadModelStore

/** The errors of running a process. */
export type RunFailure = NotOwned | ReadFailure | NewerSchemaVersion

/**
 * Runs a process without end. While the store cannot be reached, it waits; a command with an unknown outcome is repeated
 * under its idempotency key, so that it takes effect at most once. Waits before an event in a newer schema version than the code
 * has, and does not work on instances that hold one, until newer code handles it. Code with more event types than the code that ran before
 * observes the added ones from their first event on, or from `since`. Fails with `InvalidInput` if a target has no handler
 * or an option breaks its rule, with `ProjectionOutdated` if newer code has taken over, with `DefinitionMismatch` if
 * newer code observes event types that this code lacks, and at the start as the store does.
 */
export const run = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  process: Process<Event, State>,
  options: RunnerOptions.Options<R>
): Effect.fn.Return<never, RunFailure, Services | R> {
  return yield* runOpened(process, yield* open(process, options), new Map())
})

/** As `run`, in the background until the scope closes. A failure at the start fails here; a later one is logged. */
export const start = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  process: Process<Event, State>,
  options: RunnerOptions.Options<R>
): Effect.fn.Return<Projector.Running<RunFailure>, RunFailure, Services | Scope.Scope | R> {
  const resolved = yield* open(process, options)
  const { name } = process
  return yield* OutdatedCode.start({ kind: "process", name }, (stops) => runOpened(process, resolved, stops))
})

const open = Effect.fnUntraced(function*<Event extends Tagged, State, R>(
  process: Process<Event, State>,
  options: RunnerOptions.Options<R>
): Effect.fn.Return<RunnerOptions.RunnerOptions<R>, RunFailure, ReadModelStore> {
  const resolved = yield* Effect.fromResult(RunnerOptions.resolve(process, options))
  const store = yield* ReadModelStore
  yield* store.open(observer(process))
  yield* store.open(Projector.targetOf(process.rows))
  return resolved
})

// The store may be lost from here on.
const runOpened = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  resolved: RunnerOptions.RunnerOptions<R>,
  stops: OutdatedCode.Stops
): Effect.Effect<never, RunFailure, Services | R> => {
  const target = observer(process)
  return Effect.raceFirst(
    FollowLog.follow(
      target,
      { ...CatchUp.defaults, batchSize: resolved.batchSize, workers: resolved.observers },
      stops
    ),
    WorkerPool.run(process, target, Worker.of(process, resolved), resolved)
  )
}

/**
 * Runs a process until nothing is left to do at this moment, and ends: all events are observed, all commands have an
 * outcome, all timeouts that are due have fired. For jobs and tests. Fails as `run` does, and with the failure of a command
 * whose outcome is unknown.
 */
export const catchUp = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  process: Process<Event, State>,
  options: RunnerOptions.Options<R>
): Effect.fn.Return<void, RunFailure | RetryableFailure, Services | R> {
  const resolved = yield* Effect.fromResult(RunnerOptions.resolve(process, options))
  const worker = Worker.of(process, resolved)
  for (;;) {
    // Read before the events are observed: a timeout must not fire before the events that came in time are observed.
    const until = yield* DateTime.now
    const position = yield* Projector.catchUp(observer(process), {
      batchSize: resolved.batchSize,
      workers: resolved.observers
    })
    const pass = yield* WorkerPool.runOnce(process, worker, { until, position }, resolved)
    const [failure] = pass.failures
    if (failure !== undefined) return yield* Effect.fail(failure)
    // Commands may have led to events for an instance.
    if (!pass.mayHaveMore) return
  }
})

/**
 * The observer of a process, as a projection without rows: for `ProjectionStatus`, and for `Parked`, since an event that
 * cannot be matched to an instance parks its stream here.
 */
export const observer = <Event extends Tagged, State>(
  process: Process<Event, State>
): ProjectionTarget<HandlerServices> => EventObserver.of(process)

/**
 * Stores the event types and categories of this code as those of the observer, if the code that ran before had more: for a type
 * that is removed on purpose. Run it when the former code runs nowhere: the former code would add the type again. Types that this code
 * adds are not read from their first event on then.
 */
export const redefine = <Event extends Tagged, State>(
  process: Process<Event, State>
): Effect.Effect<void, EventStoreError, ReadModelStore> => Redefine.redefine(observer(process))
