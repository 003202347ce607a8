/** One attempt at a command: decides it on a loaded state and appends the events. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { CommandInvalid } from "@refold/core/decide/CommandInvalid"
import type { UnencodableEvent } from "@refold/core/event/DecodeError"
import type { EventId } from "@refold/core/event/EventId"
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata } from "@refold/core/event/NewEvent"
import { VersionConflict } from "@refold/core/journal/AppendError"
import type { Appended, FingerprintedKey } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Arr from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventReader } from "../../log/EventReader.ts"
import { type CommitFailure, EventStore } from "../../log/EventStore.ts"
import type { LoadedState } from "../LoadedState.ts"
import * as Snapshots from "../Snapshots.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import type * as State from "../State.ts"
import * as IdempotentAnswer from "./IdempotentAnswer.ts"
import * as InlineRows from "./InlineRows.ts"
import * as RunDecider from "./RunDecider.ts"
import * as StampEvents from "./StampEvents.ts"
import type * as StateCache from "./StateCache.ts"

/** The options of a command. */
export interface HandleOptions {
  /**
   * A command repeated under this key gets the first answer again. A command without events, or a refused one, does not
   * use its key: repeated, it is decided again.
   */
  readonly idempotencyKey?: string | undefined
  /** Whether the key never expires, like the keys of processes; false by default: see `IdempotencyKeys`. */
  readonly keyNeverExpires?: boolean | undefined
  /** The version of the stream that the client has seen; `Any` by default. Checked before each decision. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  /** Stored with each event; takes precedence over `Causation`. */
  readonly metadata?: Metadata | undefined
  /** The time of the command in the domain; now by default. */
  readonly occurredAt?: DateTime.Utc | Date | undefined
}

/** The state after a command, and the events that it led to, both as a later load reads them. */
export interface Handled<State, Event> extends LoadedState<State> {
  readonly events: ReadonlyArray<Event>
  /** Whether this is the answer of an earlier command under the same idempotency key. */
  readonly deduplicated: boolean
}

/** The errors of handling a command, besides the refusals of the aggregate. */
export type HandleFailure = State.LoadFailure | CommitFailure | UnencodableEvent | CommandInvalid

/** A command with everything that handling it needs. */
export interface Request<Command, State, Event extends Tagged, Refusal> extends HandleOptions {
  readonly aggregate: Aggregate<Command, State, Event, Refusal>
  readonly id: string
  readonly command: Command
  readonly idempotency: FingerprintedKey | undefined
  readonly inline: ReadonlyArray<InlineRows.InlineProjection<State>>
  readonly states: StateCache.States<State>
}

/**
 * The answer, or the version conflict of the append. Undefined if there are no events to append and the state may be
 * stale: no append checks the state, so neither a refusal nor an answer without events is reliable.
 */
export const attempt = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
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
  const stored = yield* Effect.onError(
    append(request, loaded, decided.success),
    () => Effect.sync(() => states.forget(loaded.stream))
  )
  if (stored instanceof VersionConflict) return stored
  return yield* stored.appended.deduplicated
    ? IdempotentAnswer.load(aggregate, id, stored.appended)
    : finish(request, loaded, placeOf(stored), decided.success)
})

interface Stored {
  readonly appended: Appended
  readonly lastEventId: EventId
}

const append = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { idempotency: keyed, inline, keyNeverExpires, metadata, occurredAt }: Request<Command, State, Event, Refusal>,
  { lastEventId, stream, version }: LoadedState<State>,
  { encoded, state }: RunDecider.Decision<State, Event>
): Effect.fn.Return<Stored | VersionConflict, CommitFailure, EventStore> {
  const shared = yield* StampEvents.shared({ metadata, occurredAt })
  const stamped = yield* StampEvents.stamp(encoded, shared)
  const rows = yield* InlineRows.encode(inline, stream, state)
  const expected = ExpectedVersion.Exact(version)
  const idempotency = keyed && { ...keyed, neverExpires: keyNeverExpires }
  const { id } = Arr.lastNonEmpty(stamped)
  return yield* (yield* EventStore).append(stream, stamped, { expected, lastEventId, idempotency, inline: rows }).pipe(
    Effect.map((appended) => ({ appended, lastEventId: id })),
    Effect.catchTag("VersionConflict", Effect.succeed)
  )
})

const placeOf = ({ appended: { streams: [{ position, recordedAt, version }] }, lastEventId }: Stored) => ({
  version,
  lastEventId,
  position,
  recordedAt
})

const finish = Effect.fnUntraced(function*<Command, State, Event extends Tagged, Refusal>(
  { aggregate, states }: Request<Command, State, Event, Refusal>,
  before: LoadedState<State>,
  place: ReturnType<typeof placeOf>,
  { events, state }: RunDecider.Decision<State, Event>
): Effect.fn.Return<Handled<State, Event>, never, SnapshotStore> {
  const loaded = { ...before, ...place, state }
  states.put(loaded)
  if (Snapshots.isDue(aggregate, before.version, place.version)) {
    yield* Snapshots.trySave(aggregate, loaded)
  }
  return { ...loaded, events, deduplicated: false }
})
