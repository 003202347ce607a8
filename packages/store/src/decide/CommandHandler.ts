/**
 * Handles the commands of an aggregate: load the state, decide, append the events. On a version conflict, it folds the new
 * events and decides again. A command repeated under its idempotency key gets its first answer.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { UnencodableEvent } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { VersionConflict } from "@refold/core/journal/AppendError"
import type { Appended, FingerprintedKey } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Causation } from "../log/Causation.ts"
import type { EventReader } from "../log/EventReader.ts"
import { type CommitFailure, EventStore } from "../log/EventStore.ts"
import * as RetryPolicies from "../log/internal/RetryPolicies.ts"
import * as IdempotentAnswer from "./internal/IdempotentAnswer.ts"
import * as InlineRows from "./internal/InlineRows.ts"
import * as RunDecider from "./internal/RunDecider.ts"
import * as StampEvents from "./internal/StampEvents.ts"
import * as StateCache from "./internal/StateCache.ts"
import type { LoadedState } from "./LoadedState.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"
import type * as State from "./State.ts"

/** The options of a command. */
export interface HandleOptions {
  /**
   * A command repeated under this key gets the first answer again. A command without events, or a refused one, does not
   * use its key: repeated, it is decided again.
   */
  readonly idempotencyKey?: string | undefined
  /** Whether the key never expires, as those of processes; false by default, then see `IdempotencyKeys`. */
  readonly keyNeverExpires?: boolean | undefined
  /** The version of the stream that the client has seen; `Any` by default. Checked before each decision. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  /** Stored with each event; takes precedence over `Causation`. */
  readonly metadata?: Metadata | undefined
  /** When it happened in the domain; by default now. */
  readonly occurredAt?: DateTime.Utc | undefined
}

/** The state after a command, and the events that it led to. */
export interface Handled<State, Event> extends LoadedState<State> {
  readonly events: ReadonlyArray<Event>
  /** Whether this is the answer of an earlier command under the same idempotency key. */
  readonly deduplicated: boolean
}

/** The errors of handling a command, besides the refusals of the aggregate. */
export type HandleFailure = State.LoadFailure | CommitFailure | UnencodableEvent | CommandInvalid

/** The options of a handler. */
export interface HandlerOptions<State> {
  /** Maximum retries on a version conflict; 10 by default. */
  readonly retries?: number | undefined
  /** Projections made by `Projection.ofAggregate` whose rows are stored together with the events. */
  readonly inline?: ReadonlyArray<InlineRows.InlineProjection<State>> | undefined
  /**
   * The maximum number of cached states; 1,000 by default, 0 for no cache. The cache saves reads and never changes an
   * answer. Arrays and plain objects in a cached state are frozen.
   */
  readonly cache?: number | undefined
}

export type { InlineProjection } from "./internal/InlineRows.ts"

/**
 * Makes a handler of an aggregate's commands: `(id, command, options?)`. Make it once per aggregate: it caches states.
 *
 * The handler fails with
 * - `CommandInvalid` if the command does not fit the aggregate's command schema; the store is not asked,
 * - the decider's refusal, unchanged,
 * - `VersionConflict` if `expected` is wrong or all `retries` met a conflict,
 * - `IdempotencyConflict` if the key was used before for another command,
 * - `DeciderFault` if `decide` or `evolve` throws,
 * - the errors of the store.
 *
 * A `decide` or `evolve` that never returns blocks the whole program: JavaScript cannot interrupt a synchronous
 * function, and no library can catch such a bug cheaply. Bound the loops in your decider.
 */
export const make = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  { cache = 1000, inline = [], retries = 10 }: HandlerOptions<State> = {}
) => {
  const cached = StateCache.make<State>(cache)
  return Effect.fnUntraced(function*(
    id: string,
    command: Command,
    options: HandleOptions = {}
  ): Effect.fn.Return<Handled<State, Event>, Refusal | HandleFailure, EventStore | EventReader | SnapshotStore> {
    const idempotency = yield* Effect.fromResult(
      IdempotentAnswer.fingerprintedKey(aggregate, id, command, options.idempotencyKey)
    )
    const first = yield* IdempotentAnswer.find(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    const stream = yield* Effect.fromResult(StreamName.make(aggregate.category, id))
    const states = yield* cached
    const request = { ...options, aggregate, id, command, idempotency, inline, states }
    let known = states.get(stream)
    let waitAfter: RetryPolicies.Driver<VersionConflict> | undefined
    // Attempt 0 decides on a cached state.
    for (let attempt = known === undefined ? 1 : 0;; attempt++) {
      const loaded = attempt === 0 ? known! : yield* StateCache.load(states, aggregate, stream, known)
      const outcome = yield* decideOnce(request, loaded, attempt > 0)
      if (outcome !== undefined && !(outcome instanceof VersionConflict)) return outcome
      if (outcome !== undefined && attempt > 0) {
        waitAfter ??= yield* RetryPolicies.drive<VersionConflict>(RetryPolicies.versionConflict(retries))
        yield* waitAfter(outcome)
      }
      known = outcome !== undefined && hasLostEvents(outcome) ? undefined : loaded
    }
  })
}

/** A command with everything that handling it needs. */
interface Request<Command, State, Event extends Tagged, Refusal> extends HandleOptions {
  readonly aggregate: Aggregate<Command, State, Event, Refusal>
  readonly id: string
  readonly command: Command
  readonly idempotency: FingerprintedKey | undefined
  readonly inline: ReadonlyArray<InlineRows.InlineProjection<State>>
  readonly states: StateCache.States<State>
}

// The stream is shorter than the loaded state, as after a fail-over to a lagging standby or a restored backup.
const hasLostEvents = ({ actual, expected }: VersionConflict): boolean =>
  expected._tag === "Exact" && Option.getOrElse(actual, () => 0) < expected.version

/**
 * The answer, or the version conflict of the append. Undefined if there are no events to append and the state may be
 * stale: then no append checks it, and neither a refusal nor an answer without events can be trusted.
 */
const decideOnce = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  request: Request<Command, State, Event, Refusal>,
  loaded: LoadedState<State>,
  isLatest: boolean
): Effect.fn.Return<
  Handled<State, Event> | VersionConflict | undefined,
  Refusal | HandleFailure,
  EventStore | EventReader | SnapshotStore
> {
  const { aggregate, command, expected, id, idempotency, states } = request
  const decided = RunDecider.decide(aggregate, command, loaded, expected)
  if (Result.isFailure(decided) || decided.success.events.length === 0) {
    if (!isLatest) return undefined
    // No append checks the key, so look again for an earlier command under it that was stored in the meantime.
    const first = yield* IdempotentAnswer.find(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    return { ...loaded, events: (yield* Effect.fromResult(decided)).events, deduplicated: false }
  }
  // The outcome may be unknown, so the next command must load the state.
  const appended = yield* Effect.onError(
    append(request, loaded, decided.success),
    () => Effect.sync(() => states.forget(loaded.stream))
  )
  if (appended instanceof VersionConflict) return appended
  return yield* appended.deduplicated
    ? IdempotentAnswer.load(aggregate, id, appended)
    : finish(request, loaded, placeOf(appended), decided.success)
})

const append = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { idempotency: keyed, inline, keyNeverExpires, metadata, occurredAt }: Request<Command, State, Event, Refusal>,
  { stream, version }: LoadedState<State>,
  { encoded, state }: RunDecider.Decision<State, Event>
) {
  const shared = { metadata: { ...yield* Causation, ...metadata }, occurredAt: occurredAt ?? (yield* DateTime.now) }
  const stamped = yield* StampEvents.stamp(encoded, shared)
  const rows = yield* InlineRows.encode(inline, stream, state)
  const expected = ExpectedVersion.Exact(version)
  const idempotency = keyed && { ...keyed, neverExpires: keyNeverExpires }
  return yield* (yield* EventStore).append(stream, stamped, { expected, idempotency, inline: rows }).pipe(
    Effect.catchTag("VersionConflict", Effect.succeed)
  )
})

const placeOf = ({ streams: [{ position, recordedAt, version }] }: Appended) => ({ position, recordedAt, version })

const finish = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { aggregate, states }: Request<Command, State, Event, Refusal>,
  before: LoadedState<State>,
  place: ReturnType<typeof placeOf>,
  { encoded, events, state }: RunDecider.Decision<State, Event>
): Effect.fn.Return<Handled<State, Event>, never, SnapshotStore> {
  const handled = { ...before, ...place, state, events, deduplicated: false }
  const readBack = RunDecider.readBack(aggregate, before, encoded)
  if (Option.isNone(readBack)) {
    states.forget(before.stream)
    return handled
  }
  const loaded = { ...before, ...place, state: readBack.value }
  states.put(loaded)
  if (Snapshots.isDue(aggregate, before.version, place.version)) {
    yield* Snapshots.trySave(aggregate, loaded)
  }
  return handled
})
