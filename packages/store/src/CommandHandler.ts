/**
 * Load, decide, append: how a command becomes events. A writer who was faster is met by folding what he wrote and
 * deciding again; a command repeated under its idempotency key gets its first answer.
 */
import type { Aggregate } from "@refold/core/Aggregate"
import { VersionConflict } from "@refold/core/AppendError"
import * as AsOf from "@refold/core/AsOf"
import type { Appended, FingerprintedKey } from "@refold/core/Commit"
import type { UnencodableEvent } from "@refold/core/DecodeError"
import * as ExpectedVersion from "@refold/core/ExpectedVersion"
import type { InvalidInput } from "@refold/core/InvalidInput"
import * as Json from "@refold/core/Json"
import type { Metadata, NewEvent } from "@refold/core/NewEvent"
import type { StreamName } from "@refold/core/StreamName"
import * as StreamVersion from "@refold/core/StreamVersion"
import * as View from "@refold/core/View"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventIds } from "./EventIds.ts"
import { type CommitFailure, EventStore } from "./EventStore.ts"
import type { Loaded } from "./Loaded.ts"
import * as Snapshots from "./Snapshots.ts"
import type { SnapshotStore } from "./SnapshotStore.ts"
import * as State from "./State.ts"
import { WireTransform } from "./WireTransform.ts"

/** What a command may bring along. */
export interface HandleOptions {
  /** Repeating the command under this key gives the first answer again. */
  readonly idempotencyKey?: string | undefined
  /** What the client saw when it decided to send the command; turns off the silent retry. */
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
export type HandleFailure = State.LoadFailure | CommitFailure | UnencodableEvent

type AnyEvent = { readonly _tag: string }

/**
 * A handler of an aggregate's commands: `(id, command, options?)`. Fails with the decider's refusal as it is, with
 * `VersionConflict` where others were faster `retries` times over (10 by default) or `expected` was wrong, or as the
 * store does. A key used before for another command is an `IdempotencyConflict`.
 */
export const make = <Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  { retries = 10 }: { readonly retries?: number } = {}
) =>
  Effect.fnUntraced(function*(
    id: string,
    command: Command,
    options: HandleOptions = {}
  ): Effect.fn.Return<Handled<State, Event>, Refusal | HandleFailure, EventStore | SnapshotStore> {
    const idempotency = yield* Effect.fromResult(idempotencyOf(aggregate, id, command, options.idempotencyKey))
    const first = yield* findFirst(aggregate, id, idempotency)
    if (Option.isSome(first)) return first.value
    let loaded = yield* State.load(aggregate, id)
    for (let attempt = 1;; attempt++) {
      const outcome = yield* decideOnce(aggregate, id, command, loaded, { ...options, idempotency })
      if (outcome._tag === "Handled") return outcome.handled
      if (options.expected !== undefined || attempt > retries) return yield* outcome.conflict
      yield* backOff(attempt)
      loaded = yield* State.loadFrom(aggregate, loaded)
    }
  })

type Outcome<State, Event> =
  | { readonly _tag: "Handled"; readonly handled: Handled<State, Event> }
  | { readonly _tag: "Overtaken"; readonly conflict: VersionConflict }

interface DecideOptions extends HandleOptions {
  readonly idempotency: FingerprintedKey | undefined
}

const decideOnce = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: Command,
  loaded: Loaded<State>,
  options: DecideOptions
): Effect.fn.Return<Outcome<State, Event>, Refusal | HandleFailure, EventStore | SnapshotStore> {
  const { stream, version } = loaded
  if (options.expected !== undefined && !ExpectedVersion.matches(options.expected, version)) {
    const actual = version === 0 ? Option.none() : Option.some(version)
    return { _tag: "Overtaken", conflict: new VersionConflict({ stream, expected: options.expected, actual }) }
  }
  const decision = aggregate.decider.decide(command, loaded.state)
  if (Result.isFailure(decision) || decision.success.length === 0) {
    // Nothing to append, so the store will not notice a copy that went through since the first look: look again.
    const first = yield* findFirst(aggregate, id, options.idempotency)
    if (Option.isSome(first)) return { _tag: "Handled", handled: first.value }
    const events = yield* Effect.fromResult(decision)
    return { _tag: "Handled", handled: { ...loaded, events, deduplicated: false } }
  }
  const appended = yield* append(aggregate, loaded, decision.success, options)
  if (appended instanceof VersionConflict) return { _tag: "Overtaken", conflict: appended }
  if (appended.deduplicated) return { _tag: "Handled", handled: yield* firstAnswer(aggregate, id, appended) }
  return { _tag: "Handled", handled: yield* moveOn(aggregate, loaded, decision.success, appended) }
})

const append = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  { codec }: Aggregate<Command, State, Event, Refusal>,
  { stream, version }: Loaded<State>,
  events: ReadonlyArray<Event>,
  { idempotency, metadata = {}, occurredAt }: DecideOptions
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
  return yield* store.append(stream, onWire, { expected: ExpectedVersion.Exact(version), idempotency }).pipe(
    Effect.catchTag("VersionConflict", Effect.succeed)
  )
})

const moveOn = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  loaded: Loaded<State>,
  events: ReadonlyArray<Event>,
  { streams: [{ position, recordedAt, version }] }: Appended
): Effect.fn.Return<Handled<State, Event>, never, SnapshotStore> {
  const state = View.foldFrom(aggregate.decider, loaded.state, events)
  const handled = { ...loaded, state, version, position, recordedAt, events, deduplicated: false }
  if (Snapshots.isDue(aggregate, loaded.version, version)) {
    // The command has succeeded; a snapshot that could not be saved costs time later, never an answer.
    yield* Effect.catch(
      Snapshots.save(aggregate, handled),
      (error) => Effect.logWarning(`no snapshot of "${loaded.stream}" at version ${version}`, error)
    )
  }
  return handled
})

const idempotencyOf = <Command, State, Event extends AnyEvent, Refusal>(
  { category }: Aggregate<Command, State, Event, Refusal>,
  id: string,
  command: Command,
  key: string | undefined
): Result.Result<FingerprintedKey | undefined, InvalidInput> =>
  key === undefined
    ? Result.succeed(undefined)
    : Result.map(
      Json.storable(command, "command"),
      (json) => ({ key, fingerprint: Json.canonical([category, id, json]) })
    )

const findFirst = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  idempotency: FingerprintedKey | undefined
) {
  if (idempotency === undefined) return Option.none()
  const appended = yield* (yield* EventStore).findAppended(idempotency)
  return Option.isNone(appended) ? Option.none() : Option.some(yield* firstAnswer(aggregate, id, appended.value))
})

const firstAnswer = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  { streams: [{ firstVersion, stream, version }] }: Appended
): Effect.fn.Return<Handled<State, Event>, HandleFailure, EventStore | SnapshotStore> {
  const loaded = yield* State.load(aggregate, id, { asOf: AsOf.version(version) })
  const events = yield* readEvents(aggregate, stream, StreamVersion.StreamVersion(firstVersion - 1), version)
  return { ...loaded, events, deduplicated: true }
})

const readEvents = Effect.fnUntraced(function*<Command, State, Event extends AnyEvent, Refusal>(
  { codec }: Aggregate<Command, State, Event, Refusal>,
  stream: StreamName,
  after: StreamVersion.StreamVersion,
  last: StreamVersion.StreamVersion
) {
  const store = yield* EventStore
  const stored = yield* Stream.runCollect(store.readStream(stream, { after, asOf: AsOf.version(last) }))
  const { fromWire } = yield* WireTransform
  return yield* Effect.forEach(yield* fromWire(stored), (event) => Effect.fromResult(codec.decode(event)))
})

// Exponential, jittered over the whole interval so that writers who collided spread out, at most 200 ms.
const backOff = (attempt: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (random) => Effect.sleep(random * Math.min(200, 2 ** attempt)))
