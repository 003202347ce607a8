/**
 * How a process meets the events of the log: batch by batch, all decisions of a batch recorded in one commit, in the
 * transaction that moves the checkpoint. An event that was met is known by its instance, and is not met again.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { type VersionConflict } from "@refold/core/journal/AppendError"
import type { StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { Process } from "@refold/core/process/Process"
import type { PoisonedEvent } from "@refold/core/project/ProjectionFold"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import type { EventReader } from "../../log/EventReader.ts"
import { EventStore } from "../../log/EventStore.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import { correlate, type Correlated } from "./Correlating.ts"
import * as Meeting from "./Meeting.ts"

/** What following the log for a process needs. */
export type Services = EventStore | EventReader | SnapshotStore

/** What the projector needs to follow the log for a process. It keeps no rows, only its place. */
export const make = <Event extends Tagged, State>(process: Process<Event, State>): ProjectionTarget<Services> => ({
  name: `${process.name} observer`,
  // What was met is in the instances' streams, whoever follows: there is nothing to fill anew.
  version: 1,
  indexes: [],
  types: process.types,
  categories: process.categories,
  fold: Effect.fnUntraced(function*(_, events, waiting) {
    const { fromWire } = yield* WireTransform
    const { correlated, poisoned } = sort(process, yield* fromWire(events), waiting)
    const refused = yield* meetAll(process, correlated)
    for (const { message } of [...poisoned, ...refused]) yield* Effect.logWarning(message)
    return { rows: [], removed: [], keepsNewer: false, poisoned: [...poisoned, ...refused], folded: events.length }
  })
})

interface Sorted {
  readonly correlated: ReadonlyArray<Correlated>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
}

// Events of a stream wait behind the first of it for which nobody can say whose it is.
const sort = <Event extends Tagged, State>(
  process: Process<Event, State>,
  events: ReadonlyArray<RecordedEvent>,
  waiting: ReadonlySet<StreamName>
): Sorted => {
  const correlated: Array<Correlated> = []
  const poisoned: Array<PoisonedEvent> = []
  const blocked = new Set(waiting)
  for (const event of events) {
    if (blocked.has(event.stream) || isBefore(event, process.since)) continue
    const found = correlate(process, event)
    if (Result.isFailure(found)) {
      blocked.add(event.stream)
      poisoned.push(found.failure)
    } else if (found.success !== undefined) correlated.push(found.success)
  }
  return { correlated, poisoned }
}

const isBefore = ({ recordedAt }: RecordedEvent, since: DateTime.Utc | undefined): boolean =>
  since !== undefined && DateTime.isLessThan(recordedAt, since)

// Instances hear of their commands' outcomes at the same time: one that has moved on in between is met again.
const meetAll = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  correlated: ReadonlyArray<Correlated>
): Effect.fn.Return<ReadonlyArray<PoisonedEvent>, EventStoreError, Services> {
  const met = new Map<StreamName, Meeting.Met>()
  const byInstance = Arr.groupBy(correlated, ({ stream }) => stream)
  for (const own of Object.values(byInstance)) met.set(own[0].stream, yield* Meeting.meet(process, own))
  for (;;) {
    const conflict = yield* record([...met.values()])
    if (conflict === undefined) return [...met.values()].flatMap(({ poisoned }) => poisoned)
    met.set(conflict.stream, yield* Meeting.meet(process, byInstance[conflict.stream]!))
  }
})

const record = Effect.fnUntraced(function*(
  met: ReadonlyArray<Meeting.Met>
): Effect.fn.Return<VersionConflict | undefined, EventStoreError, EventStore> {
  const [first, ...rest] = met.flatMap(({ events, stream, version }): ReadonlyArray<StreamWrite> => {
    const [one, ...more] = events
    return one === undefined ? [] : [{ stream, expected: ExpectedVersion.Exact(version), events: [one, ...more] }]
  })
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
