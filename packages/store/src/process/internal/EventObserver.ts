/**
 * Observes the events of the log for a process, batch by batch: matches them to instances, lets each instance react, and
 * records all decisions of the batch in one commit, in the transaction that moves the checkpoint. An instance ignores an
 * event that it has observed before, so a batch can be repeated.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata, NewEvent } from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as StreamVersion from "@refold/core/event/StreamVersion"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { VersionConflict } from "@refold/core/journal/AppendError"
import type { StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { Process } from "@refold/core/process/Process"
import type { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as RunDecider from "../../decide/internal/RunDecider.ts"
import { stamp } from "../../decide/internal/StampEvents.ts"
import type { LoadedState } from "../../decide/LoadedState.ts"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import * as State from "../../decide/State.ts"
import { EventIds } from "../../log/EventIds.ts"
import type { EventReader } from "../../log/EventReader.ts"
import { EventStore } from "../../log/EventStore.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import * as NewerEvents from "../../project/internal/NewerEvents.ts"
import type { Outcome, ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import type { NewerEvent } from "../../project/ReadModelStore.ts"
import { isBefore, matchAll, type MatchedEvent, poison } from "./EventMatcher.ts"
import { logParked } from "./InstanceHandler.ts"

/** What observing needs. */
export type Services = EventStore | EventReader | SnapshotStore

/** The observer of a process, for the projector to run. It keeps a checkpoint and parked streams, but no rows. */
export const of = <Event extends Tagged, State>(process: Process<Event, State>): ProjectionTarget<Services> => ({
  name: `${process.name} observer`,
  // Never raised: what was observed is in the streams of the instances, so there is nothing to rebuild.
  version: 1,
  definition: StoredDefinition.render({
    kind: "process",
    types: process.types,
    categories: process.categories,
    indexes: []
  }),
  indexes: [],
  types: process.types,
  categories: process.categories,
  checkVersion: (event) => isBefore(event, process.since) ? Result.void : process.events.checkVersion(event),
  // An instance observes the events of a retried stream when they are retried, in whatever order.
  isKeyedByStream: true,
  fold: (_, events, parked) => observe(process, events, parked)
})

// Where this code is too old for an instance, the batch ends before the event for that instance.
const observe = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  recorded: ReadonlyArray<RecordedEvent>,
  parked: ReadonlySet<StreamName>
): Effect.fn.Return<Outcome, EventStoreError, Services> {
  const { fromWire } = yield* WireTransform
  let events = yield* fromWire(recorded)
  let newer: NewerEvent | undefined
  for (;;) {
    const { matched, poisoned } = matchAll(process, events, parked)
    const reacted = yield* reactAll(process, matched)
    if (reacted.newer === undefined) {
      const all = [...poisoned, ...reacted.poisoned]
      for (const { message } of all) yield* Effect.logWarning(message)
      return { rows: [], removed: [], keepsNewer: false, poisoned: all, folded: events.length, newer }
    }
    const first = reacted.newer
    newer = first
    events = events.filter(({ position }) => position < first.position)
  }
})

/** What an instance decided about the events of a batch. */
interface Decisions extends Pick<LoadedState<unknown>, "stream" | "version" | "lastEventId"> {
  /** They come after the last event of the loaded instance. */
  readonly events: ReadonlyArray<NewEvent>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  /** The event that newer code must observe. */
  readonly newer?: NewerEvent | undefined
}

/** What the instances of a batch came to. With `newer`, nothing was recorded. */
interface Reacted {
  readonly poisoned: ReadonlyArray<PoisonedEvent>
  readonly newer?: NewerEvent | undefined
}

// Workers record outcomes at the same time: an instance whose version conflicts is loaded again, and reacts again.
const reactAll = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  matched: ReadonlyArray<MatchedEvent>
): Effect.fn.Return<Reacted, EventStoreError, Services> {
  const decisions = new Map<StreamName, Decisions>()
  const byInstance = Arr.groupBy(matched, ({ stream }) => stream)
  for (const own of Object.values(byInstance)) decisions.set(own[0].stream, yield* react(process, own))
  for (;;) {
    const all = [...decisions.values()]
    const [newer] = all.flatMap(({ newer }) => newer ?? []).toSorted((one, two) => one.position - two.position)
    if (newer !== undefined) return { poisoned: [], newer }
    const conflict = yield* record(all)
    if (conflict === undefined) return { poisoned: all.flatMap(({ poisoned }) => poisoned) }
    decisions.set(conflict.stream, yield* react(process, byInstance[conflict.stream]!))
  }
})

const record = Effect.fnUntraced(function*(
  decisions: ReadonlyArray<Decisions>
): Effect.fn.Return<VersionConflict | undefined, EventStoreError, EventStore> {
  const [first, ...rest] = decisions.flatMap(
    ({ events, lastEventId, stream, version }): ReadonlyArray<StreamWrite> =>
      events.length === 0 ? [] : [{ stream, expected: ExpectedVersion.Exact(version), lastEventId, events }]
  )
  if (first === undefined) return undefined
  return yield* (yield* EventStore).commit({ writes: [first, ...rest] }).pipe(
    Effect.as(undefined),
    Effect.catch((error) =>
      error._tag === "VersionConflict"
        ? Effect.succeed(error)
        : error._tag === "EventStoreError"
        ? error
        : new EventStoreError({ operation: "record what a process decided", cause: error })
    )
  )
})

const react = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  matched: Arr.NonEmptyReadonlyArray<MatchedEvent>
): Effect.fn.Return<Decisions, EventStoreError, EventReader | SnapshotStore> {
  const [{ instance, stream }] = matched
  const loaded = yield* Effect.result(State.load(process.instances, instance))
  if (Result.isSuccess(loaded)) return yield* reactFrom(process, loaded.success, matched)
  if (loaded.failure._tag === "EventStoreError") return yield* loaded.failure
  const nothing = { stream, version: StreamVersion.none, lastEventId: undefined, events: [] }
  if (loaded.failure._tag === "NewerSchemaVersion") {
    return { ...nothing, poisoned: [], newer: NewerEvents.at(matched[0].recorded, loaded.failure) }
  }
  // This code cannot read the instance's stream: its events are parked in the streams that they come from.
  const { message } = loaded.failure
  const firsts = Arr.dedupeWith(matched, (one, two) => one.recorded.stream === two.recorded.stream)
  const poisoned = firsts.map(({ recorded }) => poison(process, recorded, "Row", message))
  return { ...nothing, poisoned }
})

const reactFrom = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  loaded: LoadedState<Instance<State>>,
  matched: ReadonlyArray<MatchedEvent>
): Effect.fn.Return<Decisions, EventStoreError> {
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
      return { stream, version, lastEventId, events, poisoned: [], newer: NewerEvents.at(recorded, decided.failure) }
    }
    if (Result.isFailure(decided)) {
      // Only where the trigger nests too deep to be recorded within an event: all other faults are recorded.
      poisoned.set(recorded.stream, poison(process, recorded, "Row", messageOf(decided.failure)))
      continue
    }
    const { encoded, ...next } = decided.success
    if (encoded.length === 0) continue
    yield* logParked(process, next.events)
    state = next.state
    events.push(...yield* stamp(encoded, { metadata: metadataOf(trigger), occurredAt: yield* DateTime.now }))
  }
  return { stream, version, lastEventId, events, poisoned: [...poisoned.values()] }
})

const metadataOf = ({ id, metadata }: MatchedEvent["trigger"]): Metadata => ({
  correlationId: typeof metadata.correlationId === "string" ? metadata.correlationId : id,
  causationId: id
})

const messageOf = (failure: { readonly _tag: string }): string =>
  "message" in failure ? String(failure.message) : failure._tag
