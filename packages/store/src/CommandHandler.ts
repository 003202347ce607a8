/**
 * Load, decide, append: how a command becomes events. A writer who was faster is met by folding what he wrote and
 * deciding again; a command repeated under its idempotency key gets its first answer.
 */
import type { Aggregate } from "@refold/core/Aggregate"
import { VersionConflict, versionConflict } from "@refold/core/AppendError"
import type { CommandInvalid } from "@refold/core/CommandInvalid"
import type { Appended, FingerprintedKey } from "@refold/core/Commit"
import type { UnencodableEvent } from "@refold/core/DecodeError"
import * as ExpectedVersion from "@refold/core/ExpectedVersion"
import type { Metadata, NewEvent } from "@refold/core/NewEvent"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { EventIds } from "./EventIds.ts"
import type { EventReader } from "./EventReader.ts"
import { type CommitFailure, EventStore } from "./EventStore.ts"
import * as Deciding from "./internal/Deciding.ts"
import * as FirstAnswer from "./internal/FirstAnswer.ts"
import * as InlineRows from "./internal/InlineRows.ts"
import type { Loaded } from "./Loaded.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"
import * as State from "./State.ts"
import { WireTransform } from "./WireTransform.ts"

/** What a command may bring along. */
export interface HandleOptions {
  /**
   * Repeating the command under this key gives the first answer again. A refused command, or one with nothing to do,
   * uses no key up: repeated, it is decided anew.
   */
  readonly idempotencyKey?: string | undefined
  /** What the client saw when it sent the command. Others may be faster only as far as this still holds. */
  readonly expected?: ExpectedVersion.ExpectedVersion | undefined
  /** Stored with each event. */
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

type AnyEvent = { readonly _tag: string }

/** How a handler works. */
export interface HandlerOptions<State> {
  /** How often to decide again where others were faster, 10 times by default. */
  readonly retries?: number | undefined
  /** Projections by `Projection.ofAggregate` whose rows are stored together with the events. */
  readonly inline?: ReadonlyArray<InlineRows.InlineProjection<State>> | undefined
}

export type { InlineProjection } from "./internal/InlineRows.ts"

/**
 * A handler of an aggregate's commands: `(id, command, options?)`. Fails with `CommandInvalid` where the aggregate says
 * what commands look like and this one does not, before any store is asked; with the decider's refusal as it is, with
 * `VersionConflict` where others were faster `retries` times over (10 by default) or `expected` was wrong, or as the
 * store does. A key used before for another command is an `IdempotencyConflict`.
 */
export const make = <Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  { inline = [], retries = 10 }: HandlerOptions<State> = {}
) =>
  Effect.fnUntraced(function*(
    id: string,
    command: Command,
    options: HandleOptions = {}
  ): Effect.fn.Return<Handled<State, Event>, Refusal | HandleFailure, EventStore | EventReader | SnapshotStore> {
    const idempotency = yield* Effect.fromResult(
      FirstAnswer.idempotencyOf(aggregate, id, command, options.idempotencyKey)
    )
    const first = yield* FirstAnswer.find(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    let loaded = yield* State.load(aggregate, id)
    for (let attempt = 1;; attempt++) {
      const outcome = yield* decideOnce(aggregate, id, command, loaded, { ...options, idempotency, inline })
      if (!(outcome instanceof VersionConflict)) return outcome
      if (!(attempt <= retries)) return yield* outcome
      yield* backOff(attempt)
      loaded = yield* State.reload(aggregate, loaded)
    }
  })

interface DecideOptions<State> extends HandleOptions {
  readonly idempotency: FingerprintedKey | undefined
  readonly inline: ReadonlyArray<InlineRows.InlineProjection<State>>
}

// The answer, or the conflict with a writer who was faster.
const decideOnce = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: Command,
  loaded: Loaded<State>,
  options: DecideOptions<State>
): Effect.fn.Return<
  Handled<State, Event> | VersionConflict,
  Refusal | HandleFailure,
  EventStore | EventReader | SnapshotStore
> {
  const { state: before, stream } = loaded
  const decision = Result.andThen(
    checkExpected(loaded, options.expected),
    () => Deciding.decide(aggregate.decider, stream, command, before)
  )
  if (Result.isFailure(decision) || decision.success.length === 0) {
    // Nothing to append, so the store will not notice a copy that went through since the first look: look again.
    const first = yield* FirstAnswer.find(aggregate, id, options.idempotency)
    if (Option.isSome(first)) return first.value
    return { ...loaded, events: yield* Effect.fromResult(decision), deduplicated: false }
  }
  const state = yield* Effect.fromResult(Deciding.fold(aggregate.decider, stream, before, decision.success))
  const appended = yield* append(aggregate, { ...loaded, state }, decision.success, options)
  if (appended instanceof VersionConflict) return appended
  return yield* appended.deduplicated
    ? FirstAnswer.load(aggregate, id, appended)
    : moveOn(aggregate, loaded, { ...placeOf(appended), state }, decision.success)
})

const checkExpected = (
  { stream, version }: Loaded<unknown>,
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): Result.Result<void, VersionConflict> =>
  ExpectedVersion.matches(expected, version)
    ? Result.void
    : Result.fail(versionConflict(stream, expected, version))

const append = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  { codec }: Aggregate<Command, State, Event, Refusal>,
  // At the version that was loaded, in the state that the events lead to.
  { state, stream, version }: Loaded<State>,
  events: ReadonlyArray<Event>,
  { idempotency, inline, metadata = {}, occurredAt }: DecideOptions<State>
) {
  const newId = yield* EventIds
  const at = occurredAt ?? (yield* DateTime.now)
  const stamped: Array<NewEvent> = []
  for (const event of events) {
    const encoded = yield* Effect.fromResult(codec.encode(event))
    stamped.push({ ...encoded, id: yield* newId, metadata, occurredAt: at })
  }
  // One for each decided event, of which the caller saw at least one.
  const onWire = yield* (yield* WireTransform).toWire(stamped as unknown as NonEmptyReadonlyArray<NewEvent>)
  const store = yield* EventStore
  const rows = yield* InlineRows.encode(inline, stream, state)
  const expected = ExpectedVersion.Exact(version)
  return yield* store.append(stream, onWire, { expected, idempotency, inline: rows }).pipe(
    Effect.catchTag("VersionConflict", Effect.succeed)
  )
})

const placeOf = ({ streams: [{ position, recordedAt, version }] }: Appended) => ({ position, recordedAt, version })

const moveOn = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  before: Loaded<State>,
  after: Pick<Loaded<State>, "state" | "version" | "position" | "recordedAt">,
  events: ReadonlyArray<Event>
): Effect.fn.Return<Handled<State, Event>, never, SnapshotStore> {
  const handled = { ...before, ...after, events, deduplicated: false }
  if (Snapshots.isDue(aggregate, before.version, after.version)) {
    // The command has succeeded; a snapshot that could not be saved costs time later, never an answer.
    yield* Effect.catch(
      Snapshots.save(aggregate, handled),
      (error) => Effect.logWarning(`no snapshot of "${before.stream}" at version ${after.version}`, error)
    )
  }
  return handled
})

// Exponential, jittered over the whole interval so that writers who collided spread out, at most 200 ms.
const backOff = (attempt: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (random) => Effect.sleep(random * Math.min(200, 2 ** attempt)))
