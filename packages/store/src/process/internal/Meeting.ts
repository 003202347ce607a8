/** An instance that meets the events of a batch which are for it: loaded, asked for each, and what it decided stamped. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata, NewEvent } from "@refold/core/event/NewEvent"
import type * as StreamName from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { Process } from "@refold/core/process/Process"
import type { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Deciding from "../../decide/internal/Deciding.ts"
import { stamp } from "../../decide/internal/Stamp.ts"
import { Watchdog } from "../../decide/internal/Watchdog.ts"
import type { Loaded } from "../../decide/Loaded.ts"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import * as State from "../../decide/State.ts"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { type Correlated, poison } from "./Correlating.ts"
import { logParked } from "./Telling.ts"

/** What an instance makes of a batch. */
export interface Met {
  readonly stream: StreamName.StreamName
  /** The version that was loaded: its events come next. */
  readonly version: StreamVersion
  readonly events: ReadonlyArray<NewEvent>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
}

/** Meets events for one instance, at least one, in their order. */
export const meet = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  correlated: ReadonlyArray<Correlated>
): Effect.fn.Return<Met, EventStoreError, EventReader | SnapshotStore> {
  const first = correlated[0]!
  const { stream } = first
  const loaded = yield* Effect.result(State.load(process.instances, first.instance))
  if (Result.isFailure(loaded)) {
    if (loaded.failure._tag === "EventStoreError") return yield* loaded.failure
    // Its stream cannot be read by this code: all that is for it waits where it came from.
    const { message } = loaded.failure
    const streams = new Set<string>()
    const firsts = correlated.filter(({ recorded }) => !streams.has(recorded.stream) && streams.add(recorded.stream))
    const poisoned = firsts.map(({ recorded }) => poison(process, recorded, "Row", message))
    return { stream, version: 0 as StreamVersion, events: [], poisoned }
  }
  return yield* meetFrom(process, loaded.success, correlated)
})

const meetFrom = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  loaded: Loaded<Instance<State>>,
  correlated: ReadonlyArray<Correlated>
): Effect.fn.Return<Met, EventStoreError> {
  const { instances } = process
  const { stream, version } = loaded
  const events: Array<NewEvent> = []
  const poisoned: Array<PoisonedEvent> = []
  const blocked = new Set<StreamName.StreamName>()
  const watchdog = yield* Watchdog
  let { state } = loaded
  for (const { instance, recorded, trigger } of correlated) {
    if (blocked.has(recorded.stream)) continue
    const decided = Deciding.decideOn(instances, { _tag: "Observe", instance, trigger }, { ...loaded, state }, {
      watchdog
    })
    if (Result.isFailure(decided)) {
      // Whatever the process's functions do, it is recorded; but not what nests too deep to be within an event.
      blocked.add(recorded.stream)
      poisoned.push(poison(process, recorded, "Row", messageOf(decided.failure)))
      continue
    }
    const { encoded, ...next } = decided.success
    if (encoded.length === 0) continue
    yield* logParked(process, next.events)
    state = next.state
    events.push(...yield* stamp(encoded, { metadata: metadataOf(trigger), occurredAt: yield* DateTime.now }))
  }
  return { stream, version, events, poisoned }
})

const metadataOf = ({ id, metadata }: Correlated["trigger"]): Metadata => ({
  correlationId: typeof metadata.correlationId === "string" ? metadata.correlationId : id,
  causationId: id
})

const messageOf = (failure: { readonly _tag: string }): string =>
  "message" in failure ? String(failure.message) : failure._tag
