/**
 * Load, decide, append: how a command becomes events. A writer who was faster is met by folding what he wrote and
 * deciding again; a command repeated under its idempotency key gets its first answer.
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
import * as Deciding from "./internal/Deciding.ts"
import * as FirstAnswer from "./internal/FirstAnswer.ts"
import * as InlineRows from "./internal/InlineRows.ts"
import * as Stamp from "./internal/Stamp.ts"
import * as StateCache from "./internal/StateCache.ts"
import { Watchdog } from "./internal/Watchdog.ts"
import type { Loaded } from "./Loaded.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"
import type * as State from "./State.ts"

/** What a command may bring along. */
export interface HandleOptions {
  /**
   * Repeating the command under this key gives the first answer again. A refused command, or one with nothing to do,
   * uses no key up: repeated, it is decided anew.
   */
  readonly idempotencyKey?: string | undefined
  /** Whether that key is kept for ever, as those of processes are; by default it is kept as `IdempotencyKeys` say. */
  readonly keyNeverExpires?: boolean | undefined
  /** What the client saw when it sent the command. Others may be faster only as far as this still holds. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  /** Stored with each event, beside what `Causation` says. */
  readonly metadata?: Metadata | undefined
  /** When it happened in the domain; now, by default. */
  readonly occurredAt?: DateTime.Utc | undefined
}

/** The state after a command, the events it led to, and whether an earlier copy of it had done so already. */
export interface Handled<State, Event> extends Loaded<State> {
  readonly events: ReadonlyArray<Event>
  readonly deduplicated: boolean
}

/** Every way handling can fail beside the aggregate's own refusals. */
export type HandleFailure = State.LoadFailure | CommitFailure | UnencodableEvent | CommandInvalid

/** How a handler works. */
export interface HandlerOptions<State> {
  /** How often to decide again where others were faster, 10 times by default. */
  readonly retries?: number | undefined
  /** Projections by `Projection.ofAggregate` whose rows are stored together with the events. */
  readonly inline?: ReadonlyArray<InlineRows.InlineProjection<State>> | undefined
  /**
   * How many states to remember, 1,000 by default; 0 is none. It changes what is read for an answer, never the answer.
   * Arrays and plain objects in a remembered state are frozen.
   */
  readonly cache?: number | undefined
}

export type { InlineProjection } from "./internal/InlineRows.ts"

/**
 * A handler of an aggregate's commands: `(id, command, options?)`. Fails with `CommandInvalid` where the aggregate says
 * what commands look like and this one does not, before any store is asked; with the decider's refusal as it is, with
 * `VersionConflict` where others were faster `retries` times over (10 by default) or `expected` was wrong, or as the
 * store does. A key used before for another command is an `IdempotencyConflict`. Make it once, for it remembers states.
 */
export const make = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  { cache = 1000, inline = [], retries = 10 }: HandlerOptions<State> = {}
) => {
  const remembered = StateCache.make<State>(cache)
  return Effect.fnUntraced(function*(
    id: string,
    command: Command,
    options: HandleOptions = {}
  ): Effect.fn.Return<Handled<State, Event>, Refusal | HandleFailure, EventStore | EventReader | SnapshotStore> {
    const idempotency = yield* Effect.fromResult(
      FirstAnswer.idempotencyOf(aggregate, id, command, options.idempotencyKey)
    )
    const first = yield* FirstAnswer.find(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    const stream = yield* Effect.fromResult(StreamName.make(aggregate.category, id))
    const states = yield* remembered
    const turn = { ...options, aggregate, id, command, idempotency, inline, states }
    let known = states.get(stream)
    let waitAfter: RetryPolicies.Driver<VersionConflict> | undefined
    // Attempt 0 is on a state that was remembered.
    for (let attempt = known === undefined ? 1 : 0;; attempt++) {
      const loaded = attempt === 0 ? known! : yield* StateCache.load(states, aggregate, stream, known)
      const outcome = yield* decideOnce(turn, loaded, attempt > 0)
      if (outcome !== undefined && !(outcome instanceof VersionConflict)) return outcome
      if (outcome !== undefined && attempt > 0) {
        waitAfter ??= yield* RetryPolicies.drive<VersionConflict>(RetryPolicies.versionConflict(retries))
        yield* waitAfter(outcome)
      }
      known = outcome !== undefined && hasLostEvents(outcome) ? undefined : loaded
    }
  })
}

/** One command on its way. */
interface Turn<Command, State, Event extends Tagged, Refusal> extends HandleOptions {
  readonly aggregate: Aggregate<Command, State, Event, Refusal>
  readonly id: string
  readonly command: Command
  readonly idempotency: FingerprintedKey | undefined
  readonly inline: ReadonlyArray<InlineRows.InlineProjection<State>>
  readonly states: StateCache.States<State>
}

// The store is behind what it said before, as after a fail-over or with a restored backup.
const hasLostEvents = ({ actual, expected }: VersionConflict): boolean =>
  expected._tag === "Exact" && Option.getOrElse(actual, () => 0) < expected.version

/**
 * The answer, or the conflict with a writer who was faster. Undefined where nothing is to be appended and the state may
 * be out of date: the store has not said otherwise, so neither a refusal nor anything else is to be believed.
 */
const decideOnce = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  turn: Turn<Command, State, Event, Refusal>,
  loaded: Loaded<State>,
  isLatest: boolean
): Effect.fn.Return<
  Handled<State, Event> | VersionConflict | undefined,
  Refusal | HandleFailure,
  EventStore | EventReader | SnapshotStore
> {
  const { aggregate, command, expected, id, idempotency, states } = turn
  const decided = Deciding.decideOn(aggregate, command, loaded, { expected, watchdog: yield* Watchdog })
  if (Result.isFailure(decided) || decided.success.events.length === 0) {
    if (!isLatest) return undefined
    // Nothing to append, so the store will not notice a copy that went through since the first look: look again.
    const first = yield* FirstAnswer.find(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    return { ...loaded, events: (yield* Effect.fromResult(decided)).events, deduplicated: false }
  }
  // Whatever became of it, the next command had better look.
  const appended = yield* Effect.onError(
    append(turn, loaded, decided.success),
    () => Effect.sync(() => states.forget(loaded.stream))
  )
  if (appended instanceof VersionConflict) return appended
  return yield* appended.deduplicated
    ? FirstAnswer.load(aggregate, id, appended)
    : moveOn(turn, loaded, placeOf(appended), decided.success)
})

const append = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { idempotency: keyed, inline, keyNeverExpires, metadata, occurredAt }: Turn<Command, State, Event, Refusal>,
  { stream, version }: Loaded<State>,
  { encoded, state }: Deciding.Decision<State, Event>
) {
  const shared = { metadata: { ...yield* Causation, ...metadata }, occurredAt: occurredAt ?? (yield* DateTime.now) }
  const stamped = yield* Stamp.stamp(encoded, shared)
  const rows = yield* InlineRows.encode(inline, stream, state)
  const expected = ExpectedVersion.Exact(version)
  const idempotency = keyed && { ...keyed, neverExpires: keyNeverExpires }
  return yield* (yield* EventStore).append(stream, stamped, { expected, idempotency, inline: rows }).pipe(
    Effect.catchTag("VersionConflict", Effect.succeed)
  )
})

const placeOf = ({ streams: [{ position, recordedAt, version }] }: Appended) => ({ position, recordedAt, version })

const moveOn = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { aggregate, states }: Turn<Command, State, Event, Refusal>,
  before: Loaded<State>,
  place: ReturnType<typeof placeOf>,
  { encoded, events, state }: Deciding.Decision<State, Event>
): Effect.fn.Return<Handled<State, Event>, never, SnapshotStore> {
  const handled = { ...before, ...place, state, events, deduplicated: false }
  const remembered = Deciding.readBack(aggregate, before, encoded, yield* Watchdog)
  if (Option.isNone(remembered)) {
    states.forget(before.stream)
    return handled
  }
  const loaded = { ...before, ...place, state: remembered.value }
  states.put(loaded)
  if (Snapshots.isDue(aggregate, before.version, place.version)) {
    yield* Snapshots.trySave(aggregate, loaded)
  }
  return handled
})
