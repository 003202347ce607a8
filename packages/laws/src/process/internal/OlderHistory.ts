/** The outcomes of a process's instances that observe a history, matched as a runner matches it. */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Process } from "@refold/core/process/Process"
import { matchAll } from "@refold/store/internal/process/EventMatcher"
import * as ProcessRun from "./ProcessRun.ts"

/** An event as older code stored it in a stream, with the events that it is read as. */
export interface Logged<Stored> {
  readonly stream: string
  readonly event: Stored
}

/**
 * The outcome of each instance, without places in its stream: events that are read together are one trigger. Undefined if
 * an event or an instance is parked: then no domain event of the stored event has an effect.
 */
export const outcomes = <Event extends Tagged, State>(
  process: Process<Event, State>,
  history: ReadonlyArray<RecordedEvent>
) => {
  const read = history.filter(({ type }) => process.types.includes(type))
  const { matched, poisoned } = matchAll(process, read, new Set())
  const { instances } = matched.reduce(
    (run, { instance, trigger }) => ProcessRun.deliver(run, instance, { _tag: "Observe", trigger }),
    ProcessRun.start(process)
  )
  const all = [...instances].map(([instance, { pending, state }]) => ({
    instance,
    state,
    phase: pending.phase,
    isParked: pending.parked !== null,
    isCompleted: pending.isCompleted,
    commands: [...pending.commands].map(({ category, command, id, label }) => ({ category, command, id, label })),
    timeouts: pending.timeouts.map(({ due, name }) => ({ due, name }))
  }))
  return poisoned.length > 0 || all.some(({ isParked }) => isParked) ? undefined : all
}
