/**
 * Observes the events of the log for a process, batch by batch: matches them to instances, lets each instance react, and
 * records all decisions of the batch in the transaction that moves the checkpoint.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { Process } from "@refold/core/process/Process"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import * as PartitionOf from "../../project/internal/PartitionOf.ts"
import type { Outcome, ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import type { NewerEvent, Partition } from "../../project/ReadModelStore.ts"
import { isBefore, matchAll } from "./EventMatcher.ts"
import { reactAll, type Services } from "./InstanceReactions.ts"

export type { Services } from "./InstanceReactions.ts"

/** The observer of a process, for the projector to run. It keeps a checkpoint and parked streams, but no rows. */
export const of = <Event extends Tagged, State>(process: Process<Event, State>): ProjectionTarget<Services> => ({
  name: `${process.name} observer`,
  // Never raised: the observed events are in the streams of the instances, so there is nothing to rebuild.
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
  // By instance.
  partitionedBy: "key",
  fold: (batch, events, parked) => observe(process, batch, events, parked)
})

// If this code is too old for an instance, the batch ends before the event for that instance.
const observe = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process<Event, State>,
  place: Partition,
  recorded: ReadonlyArray<RecordedEvent>,
  parked: ReadonlySet<StreamName>
): Effect.fn.Return<Outcome, EventStoreError, Services> {
  const { fromWire } = yield* WireTransform
  let events = yield* fromWire(recorded)
  let newer: NewerEvent | undefined
  for (;;) {
    const { matched, poisoned } = matchAll(process, events, parked)
    const reacted = yield* reactAll(process, matched.filter(({ instance }) => isIn(place, instance)))
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

const isIn = ({ generation: { partitions }, partition }: Partition, instance: string): boolean =>
  partitions === 1 || PartitionOf.key(instance, partitions) === partition
