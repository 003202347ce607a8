/**
 * Lets the instances of a process react to the events of a batch, and records their decisions. An instance ignores an event
 * that it has observed before, so a batch can be repeated.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata, NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { Process } from "@refold/core/process/Process"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as RunDecider from "../../decide/internal/RunDecider.ts"
import { stamp } from "../../decide/internal/StampEvents.ts"
import type { LoadedState } from "../../decide/LoadedState.ts"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import { EventIds } from "../../log/EventIds.ts"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStore } from "../../log/EventStore.ts"
import { EventStoreError, PermissionDenied, UnreadableEvent, UnreadableValue } from "../../log/EventStoreError.ts"
import * as NewerEvents from "../../project/internal/NewerEvents.ts"
import type { NewerEvent } from "../../project/ReadModelStore.ts"
import * as DecisionRecorder from "./DecisionRecorder.ts"
import { type MatchedEvent, poison } from "./EventMatcher.ts"
import * as InstanceCache from "./InstanceCache.ts"
import { logParked } from "./InstanceHandler.ts"

/** The services that reacting needs. */
export type Services = EventStore | EventReader | SnapshotStore

/** The decisions of an instance about the events of a batch. */
interface Decisions<State> extends DecisionRecorder.Decisions<State> {
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  /** The event that newer code must observe. */
  readonly newer?: NewerEvent | undefined
}

/** The results of the instances of a batch. With `newer`, nothing was recorded. */
export interface Reacted {
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  readonly newer?: NewerEvent | undefined
}

/**
 * Lets instances react to the events that they were matched to, in their order, and records what they decide. Returns the
 * events that an instance cannot record: they hold back the later ones of their streams, also for other instances.
 */
export const reactAll = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  matched: ReadonlyArray<MatchedEvent>
): Effect.fn.Return<Reacted, EventStoreError, Services> {
  const poisoned = new Map<StreamName, PoisonedEvent>()
  let kept = matched
  for (;;) {
    const byInstance = Arr.groupBy(kept, ({ stream }) => stream)
    const decisions: Array<Decisions<State>> = []
    for (const own of Object.values(byInstance)) decisions.push(yield* react(process, own))
    const newer = firstOf(decisions)
    if (newer !== undefined) return { poisoned: [], newer }
    const found = decisions.flatMap((one) => one.poisoned)
    addFirsts(poisoned, found)
    if (found.length === 0) {
      const again = (stream: StreamName) =>
        Effect.tap(react(process, byInstance[stream]!), (one) => Effect.sync(() => addFirsts(poisoned, one.poisoned)))
      yield* DecisionRecorder.record(process, decisions, again)
      return { poisoned: [...poisoned.values()] }
    }
    kept = kept.filter(({ recorded }) => recorded.version < (poisoned.get(recorded.stream)?.version ?? Infinity))
  }
})

const firstOf = (decisions: ReadonlyArray<Pick<Reacted, "newer">>): NewerEvent | undefined =>
  decisions.flatMap(({ newer }) => newer ?? []).toSorted((one, two) => one.position - two.position)[0]

// Keeps the first poisoned event of each stream.
const addFirsts = (firsts: Map<StreamName, PoisonedEvent>, found: ReadonlyArray<PoisonedEvent>): void => {
  for (const one of found) {
    if (one.version < (firsts.get(one.stream)?.version ?? Infinity)) firsts.set(one.stream, one)
  }
}

const react = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  matched: Arr.NonEmptyReadonlyArray<MatchedEvent>
): Effect.fn.Return<Decisions<State>, EventStoreError, Services> {
  const [{ instance, stream }] = matched
  const loaded = yield* Effect.result(InstanceCache.load(process, instance))
  if (Result.isSuccess(loaded)) return yield* reactFrom(process, loaded.success, matched)
  const isUnreadable = loaded.failure._tag === "EventStoreError" && loaded.failure.cause instanceof UnreadableEvent
  if (loaded.failure._tag === "EventStoreError" && !isUnreadable)
    return yield* named(loaded.failure, stream, matched[0])
  const nothing = { stream, version: StreamVersion.none, lastEventId: undefined, events: [], after: undefined }
  if (loaded.failure._tag === "NewerSchemaVersion") {
    return { ...nothing, poisoned: [], newer: NewerEvents.at(matched[0].recorded, loaded.failure) }
  }
  // This code cannot read the instance's stream: its events are parked in the streams that they come from.
  const { message } = loaded.failure
  const firsts = Arr.dedupeWith(matched, (one, two) => one.recorded.stream === two.recorded.stream)
  const poisoned = firsts.map(({ recorded }) => poison(process, recorded, "Row", message))
  return { ...nothing, poisoned }
})

// A read that fails permanently closes the connection of the batch's transaction. The failure then names the event that this instance
// was to observe, so that the batch is run again without it (see FindUnreadable).
const named = (
  error: EventStoreError,
  instance: StreamName,
  { recorded: { id, position, stream, type, version } }: MatchedEvent
): EventStoreError => {
  const { cause, isPermanent, operation } = error
  if (isPermanent !== true || cause instanceof PermissionDenied || cause instanceof UnreadableValue) return error
  const reason = `the stream of its instance, "${instance}", cannot be read: ${
    cause instanceof Error ? cause.message : String(cause)
  }`
  return new EventStoreError({
    operation,
    isPermanent: true,
    cause: new UnreadableEvent({ stream, version, type, id, position, reason })
  })
}

const reactFrom = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  loaded: LoadedState<Instance<State>>,
  matched: ReadonlyArray<MatchedEvent>
): Effect.fn.Return<Decisions<State>, EventStoreError> {
  const { lastEventId, stream, version } = loaded
  const newId = yield* EventIds
  const events: Array<NewEvent> = []
  const poisoned = new Map<StreamName, PoisonedEvent>()
  let { state } = loaded
  for (const { instance, recorded, trigger } of matched) {
    if (poisoned.has(recorded.stream)) continue
    const message = { _tag: "Observe", instance, trigger, decision: yield* newId } as const
    const decided = RunDecider.decide(process.instances, message, { ...loaded, state })
    if (Result.isFailure(decided) && decided.failure._tag === "NewerSchemaVersion") {
      const newer = NewerEvents.at(recorded, decided.failure)
      return { stream, version, lastEventId, events: [], after: undefined, poisoned: [], newer }
    }
    if (Result.isFailure(decided)) {
      // Only if the trigger nests too deep to be recorded within an event: all other faults are recorded.
      poisoned.set(recorded.stream, poison(process, recorded, "Row", messageOf(decided.failure)))
      continue
    }
    const { encoded, ...next } = decided.success
    if (encoded.length === 0) continue
    yield* logParked(process, next.events)
    state = next.state
    events.push(...yield* stamp(encoded, { metadata: metadataOf(trigger), occurredAt: yield* DateTime.now }))
  }
  return { stream, version, lastEventId, events, after: { ...loaded, state }, poisoned: [...poisoned.values()] }
})

const metadataOf = ({ id, metadata }: MatchedEvent["trigger"]): Metadata => ({
  correlationId: typeof metadata.correlationId === "string" ? metadata.correlationId : id,
  causationId: id
})

const messageOf = (failure: { readonly _tag: string }): string =>
  "message" in failure ? String(failure.message) : failure._tag
