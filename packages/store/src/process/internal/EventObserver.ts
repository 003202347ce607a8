/**
 * Observes the events of the log for a process, batch by batch: matches them to instances, lets each instance react, and
 * records all decisions of the batch in the transaction that moves the checkpoint.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { Process } from "@refold/core/process/Process"
import * as Effect from "effect/Effect"
import { WireTransform } from "../../log/WireTransform.ts"
import type { ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import { matchAll } from "./EventMatcher.ts"
import { reactAll, type Services } from "./InstanceReactions.ts"

export type { Services } from "./InstanceReactions.ts"

/** The observer of a process, for the projector to run. It keeps a checkpoint and parked streams, but no rows. */
export const of = <Event extends Tagged, State>(process: Process<Event, State>): ProjectionTarget<Services> => ({
  name: `${process.name} observer`,
  // Never raised: what was observed is in the streams of the instances, so there is nothing to rebuild.
  version: 1,
  indexes: [],
  types: process.types,
  categories: process.categories,
  fold: Effect.fnUntraced(function*(_, events, parked) {
    const { fromWire } = yield* WireTransform
    const { matched, poisoned } = matchAll(process, yield* fromWire(events), parked)
    const unreactable = yield* reactAll(process, matched)
    const all = [...poisoned, ...unreactable]
    for (const { message } of all) yield* Effect.logWarning(message)
    return { rows: [], removed: [], keepsNewer: false, poisoned: all, folded: events.length }
  })
})
