/**
 * Keeps a projection's rows up to date: batch by batch along the log, rows and checkpoint in one transaction. Any number
 * of processes may run the same projection: one at a time owns it, and another takes over when the owner dies.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { Position } from "@refold/core/event/Position"
import type { Projection } from "@refold/core/project/Projection"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { EventReader, type ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import * as Following from "./internal/Following.ts"
import type { ProjectionTarget } from "./internal/ProjectionTarget.ts"
import * as RowsTarget from "./internal/RowsTarget.ts"
import type { ProjectionOutdated } from "./ProjectionError.ts"
import { ReadModelStore } from "./ReadModelStore.ts"

/** How a projection is run; see the fields for the defaults. */
export type Options = Partial<CatchUp.Pace>

/** What can be run: a projection, or another target that an adapter offers. */
export type Runnable<Event extends Tagged, State, R = never> = Projection<Event, State, string> | ProjectionTarget<R>

/**
 * Runs a projection for ever: fills its rows from the first event on where that was not done, and keeps them up to
 * date. A version that was raised, or a rebuild that was asked for, is filled beside the live rows and then takes their
 * place. Waits for a store that cannot be reached. Fails with `ProjectionOutdated` once a newer version is live, and at
 * the start as the store does.
 */
export const run = <Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options = {}
): Effect.Effect<never, ProjectionOutdated | ReadFailure, EventReader | ReadModelStore | R> =>
  Following.follow(targetOf(runnable), { ...CatchUp.pace, ...options })

/**
 * As `run`, in the background until the scope closes. Opens the projection first, so that what is wrong with it from
 * the start fails here; what ends it later is logged.
 */
export const start = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options = {}
): Effect.fn.Return<void, ProjectionOutdated | ReadFailure, EventReader | ReadModelStore | Scope.Scope | R> {
  yield* (yield* ReadModelStore).open(targetOf(runnable))
  const logged = Effect.tapCause(
    run(runnable, options),
    (cause) => Effect.logError(`projection "${runnable.name}" has ended`, cause)
  )
  yield* Effect.forkScoped(logged)
})

/**
 * Brings a projection up to the head of the log as it is now, live and complete, and ends; waits while another process
 * is at it. For jobs and tests.
 */
export const catchUp = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options = {}
): Effect.fn.Return<Position, ProjectionOutdated | ReadFailure, EventReader | ReadModelStore | R> {
  const target = targetOf(runnable)
  const reader = yield* EventReader
  const store = yield* ReadModelStore
  for (;;) {
    const head = yield* reader.head
    const own = (yield* store.open(target)).filter(({ version }) => version === target.version)
    const reached = yield* Effect.forEach(
      own,
      ({ id }) => CatchUp.catchUp(target, id, { head, wait: true }, { ...CatchUp.pace, ...options })
    )
    if (reached.every((last) => Option.exists(last, ({ isLive }) => isLive))) return head
  }
})

/**
 * Forgets a projection, with all its rows; run again, it is filled from the first event on. What was discarded from it
 * stays discarded.
 */
export const forget = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<void, EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  yield* Effect.forEach(yield* store.generations(name), ({ id }) => store.drop(id), { discard: true })
})

/** The target of a projection: what follows the log for it. */
export const targetOf = <Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>
): ProjectionTarget<R> => "fold" in runnable ? runnable : RowsTarget.make(runnable)
