/**
 * Keeps the rows of projections up to date, batch by batch: rows and checkpoint are stored in one transaction. Several
 * programs may run the same projection: one at a time owns it, and another one takes over if the owner stops.
 */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { Position } from "@refold/core/event/Position"
import type { Projection } from "@refold/core/project/Projection"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { EventReader, type ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import type * as Checkpoint from "./internal/Checkpoint.ts"
import * as FollowLog from "./internal/FollowLog.ts"
import * as NewerEvents from "./internal/NewerEvents.ts"
import * as OutdatedCode from "./internal/OutdatedCode.ts"
import type { ProjectionTarget } from "./internal/ProjectionTarget.ts"
import { retryNewer } from "./internal/RetryNewer.ts"
import * as RowsTarget from "./internal/RowsTarget.ts"
import { type NotOwned, ReadModelStore } from "./ReadModelStore.ts"

/** The errors of bringing a projection up to the head of the log. */
export type CatchUpFailure = NotOwned | NewerSchemaVersion | ReadFailure

/** The options of a projector; each field names its default. */
export type Options = Partial<CatchUp.CatchUpOptions>

/** A projection, or another target that an adapter offers. */
export type Runnable<Event extends Tagged, State, R = never> = Projection<Event, State, string> | ProjectionTarget<R>

/**
 * Runs a projection; never succeeds. Builds its rows from the first event on if there are none, and keeps them up to
 * date. A raised version, or a requested rebuild, is built beside the live rows and then replaces them. Retries while
 * the store cannot be reached; only errors of the first access are returned, and permanent ones: an event that cannot be
 * read. Waits before an event in a newer schema version than the code has, until newer code, here or elsewhere, handles it. Fails
 * with `ProjectionOutdated` as soon as a newer version is live, and with `DefinitionMismatch` if another definition is stored
 * under this name and version.
 */
export const run = <Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options = {}
): Effect.Effect<never, NotOwned | ReadFailure, EventReader | ReadModelStore | R> =>
  Effect.flatMap(
    ReadModelStore,
    (store) => Effect.andThen(store.open(targetOf(runnable)), runOpened(runnable, options, new Map()))
  )

/** A projection, a process or a consumer that runs in the background. */
export interface Running<E = NotOwned | ReadFailure> {
  /**
   * The reason if this program is too old: the event at which it waits for newer code, or the error with which it ended because
   * newer code has taken over. For a check of readiness.
   */
  readonly outdated: Effect.Effect<Option.Option<NewerSchemaVersion | NotOwned>>
  /** Waits for its end, and fails with the error that ended it. */
  readonly ended: Effect.Effect<never, E>
}

/**
 * Runs a projection in the background until the scope closes. Opens the projection first and fails if that fails; an
 * error that ends it later is logged.
 */
export const start = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options = {}
): Effect.fn.Return<Running, NotOwned | ReadFailure, EventReader | ReadModelStore | Scope.Scope | R> {
  yield* (yield* ReadModelStore).open(targetOf(runnable))
  const { name } = runnable
  return yield* OutdatedCode.start({ kind: "projection", name }, (stops) => runOpened(runnable, options, stops))
})

/** Runs a projection that was opened: its store may be lost from here on. */
const runOpened = <Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options,
  stops: OutdatedCode.Stops
): Effect.Effect<never, NotOwned | ReadFailure, EventReader | ReadModelStore | R> =>
  FollowLog.follow(targetOf(runnable), { ...CatchUp.defaults, ...options }, stops)

/**
 * Brings a projection up to the current head of the log, makes it live, and returns the head. Waits while another
 * program owns the projection. For jobs and tests. Retries streams that were parked because older code was too old for them.
 * Fails with `NewerSchemaVersion` at an event that is newer than the code: all events before it are in the rows.
 */
export const catchUp = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>,
  options: Options = {}
): Effect.fn.Return<Position, CatchUpFailure, EventReader | ReadModelStore | R> {
  const target = targetOf(runnable)
  const reader = yield* EventReader
  const store = yield* ReadModelStore
  let isRetried = false
  for (;;) {
    const head = yield* reader.logHead
    const own = (yield* store.open(target)).filter(({ version }) => version === target.version)
    const reached = yield* Effect.forEach(
      own,
      ({ id }) => CatchUp.catchUp(target, id, { head, wait: true }, { ...CatchUp.defaults, ...options })
    )
    yield* failIfNewer(reached)
    const isThere = ({ checkpoint, isLive }: Checkpoint.Reached) => isLive && checkpoint >= head.position
    // Otherwise another instance of the log answers, with another head.
    if (!reached.every(Option.exists(isThere))) continue
    if (isRetried || !reached.some(Option.exists(hasParked))) return head.position
    yield* Effect.forEach(own, ({ id }) => retryNewer(target, id), { discard: true })
    // If that rebuilds the rows, they are brought to the head, too.
    isRetried = true
  }
})

const hasParked = ({ generation }: Checkpoint.Reached): boolean => generation.parked > 0

const failIfNewer = (reached: ReadonlyArray<Option.Option<Checkpoint.Reached>>) =>
  Effect.forEach(
    reached.flatMap(Option.toArray),
    ({ newer }) => newer === undefined ? Effect.void : Effect.fail(NewerEvents.toError(newer)),
    { discard: true }
  )

/**
 * Deletes all rows of a projection. If it is run again, it is built from the first event on; discarded events stay
 * discarded.
 */
export const forget = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<void, EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  yield* Effect.forEach(yield* store.generations(name), ({ id }) => store.drop(id), { discard: true })
})

/** The target of a projection, for the functions of `internal/`. */
export const targetOf = <Event extends Tagged, State, R = never>(
  runnable: Runnable<Event, State, R>
): ProjectionTarget<R> => "fold" in runnable ? runnable : RowsTarget.make(runnable)
