/** Runs a process step by step on a log in memory, with a clock that the caller advances. */
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import type { Metadata } from "@refold/core/event/NewEvent"
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type * as PendingWork from "@refold/core/internal/process/PendingWork"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import { type Decided, type Outcome, type ProcessEvent, triggerOf } from "@refold/core/process/ProcessEvent"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"

/** The state of a run: the time, the log, the instances, and the events that the last step recorded. */
export interface ProcessRun<Event extends Tagged, State> {
  readonly process: Process<Event, State>
  readonly now: DateTime.Utc
  readonly position: number
  readonly versions: ReadonlyMap<string, number>
  readonly instances: ReadonlyMap<string, Instance<State>>
  readonly last: ReadonlyArray<ProcessEvent>
}

/** A run before its first step. Time begins in 1970. */
export const start = <Event extends Tagged, State>(process: Process<Event, State>): ProcessRun<Event, State> => ({
  process,
  now: DateTime.makeUnsafe(0),
  position: 0,
  versions: new Map(),
  instances: new Map(),
  last: []
})

/** The current state of an instance. */
export const instanceOf = <Event extends Tagged, State>(
  { instances, process }: ProcessRun<Event, State>,
  instance: string
): Instance<State> => instances.get(instance) ?? process.instances.decider.initialState

/** Records an event, and delivers it if the process follows it. Throws if the codec cannot encode it or `correlate` throws. */
export const recordEvent = <Event extends Tagged, State>(
  run: ProcessRun<Event, State>,
  stream: string,
  event: Event,
  metadata: Metadata = {}
): ProcessRun<Event, State> => {
  const recorded = recordedOf(run, stream, event, metadata)
  const next: ProcessRun<Event, State> = {
    ...run,
    position: recorded.position,
    versions: new Map(run.versions).set(stream, recorded.version),
    last: []
  }
  if (!follows(run.process, recorded)) return next
  const { data: _data, schemaVersion: _version, type: _type, ...envelope } = recorded
  const given = run.process.correlate(event, envelope)
  const instances = Option.isOption(given) ? Option.toArray(given) : new Set(given)
  const trigger = triggerOf(recorded)
  return [...instances].reduce((delivered, id) => deliver(delivered, id, { _tag: "Observe", trigger }), next)
}

const follows = (
  { categories, since }: Pick<Process<never, never>, "categories" | "since">,
  { recordedAt, stream }: RecordedEvent
): boolean =>
  (categories?.includes(StreamName.category(stream)) ?? true) &&
  (since === undefined || DateTime.isGreaterThanOrEqualTo(recordedAt, since))

/** Answers the first pending command with this label. Throws if there is none. */
export const answer = <Event extends Tagged, State>(
  run: ProcessRun<Event, State>,
  label: string,
  outcome: Outcome
): ProcessRun<Event, State> => {
  for (const [id, { pending }] of run.instances) {
    const command = [...pending.commands].find((other) => other.label === label)
    if (command === undefined) continue
    const { index, sentAt } = command
    return deliver({ ...run, last: [] }, id, { _tag: "Answer", sentAt, index, outcome, at: run.now })
  }
  throw new Error(`no command "${label}" is pending`)
}

/** Advances the time. The timeouts that become due fire in the order of their due times. */
export const advanceTime = <Event extends Tagged, State>(
  run: ProcessRun<Event, State>,
  duration: Duration.Input
): ProcessRun<Event, State> => {
  const end = DateTime.addDuration(run.now, duration)
  let passing: ProcessRun<Event, State> = { ...run, last: [] }
  for (;;) {
    const next = nextTimeout(passing)
    if (next === undefined || DateTime.isGreaterThan(next.timeout.due, end)) return { ...passing, now: end }
    const { due, name, scheduledAt } = next.timeout
    passing = deliver({ ...passing, now: due }, next.instance, { _tag: "TimeOut", name, scheduledAt })
  }
}

/** Delivers a message to an instance. Throws if the instance refuses it. */
export const deliver = <Event extends Tagged, State>(
  run: ProcessRun<Event, State>,
  instance: string,
  message: MessageBody
): ProcessRun<Event, State> => {
  const { decider } = run.process.instances
  const before = instanceOf(run, instance)
  const decision = decider.decide({ ...message, instance }, before)
  if (Result.isFailure(decision)) throw new Error(`instance "${instance}" refuses: ${decision.failure._tag}`)
  // An instance exists only once it has recorded an event.
  if (decision.success.length === 0) return run
  const after = View.foldFrom(decider, before, decision.success)
  return {
    ...run,
    instances: new Map(run.instances).set(instance, after),
    last: [...run.last, ...decision.success]
  }
}

/** The actions that the last step decided. */
export const decidedBy = ({ last }: { readonly last: ReadonlyArray<ProcessEvent> }): ReadonlyArray<Decided> =>
  last.flatMap((event) => event._tag === "ProcessReacted" ? event.decided : [])

const nextTimeout = <Event extends Tagged, State>({ instances }: ProcessRun<Event, State>) =>
  [...instances]
    .flatMap(([instance, { pending }]) => pending.timeouts.map((timeout) => ({ instance, timeout })))
    .toSorted((one, two) => millisOf(one.timeout) - millisOf(two.timeout))[0]

const millisOf = ({ due }: PendingWork.PendingTimeout): number => due.epochMilliseconds

const recordedOf = <Event extends Tagged, State>(
  { now, position, process, versions }: ProcessRun<Event, State>,
  name: string,
  event: Event,
  metadata: Metadata
): RecordedEvent => {
  const stream = Result.getOrThrow(StreamName.parse(name))
  return {
    ...Result.getOrThrow(process.events.encode(event)),
    id: FreshNames.eventId(position + 1),
    stream,
    // Counted from the first event.
    version: ((versions.get(stream) ?? 0) + 1) as StreamVersion,
    position: (position + 1) as Position,
    commit: (position + 1) as Position,
    metadata,
    occurredAt: now,
    recordedAt: now
  }
}
