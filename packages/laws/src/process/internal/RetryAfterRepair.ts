/** Instances that were parked and are retried by fixed code, compared with instances that were never parked. */
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import * as PendingWorkFold from "@refold/core/internal/process/PendingWorkFold"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import type { Decided, ProcessEvent, Trigger } from "@refold/core/process/ProcessEvent"
import * as InstanceScript from "./InstanceScript.ts"

/** A script during one step of which the code is broken. */
export interface BrokenRun<Event> {
  readonly steps: ReadonlyArray<InstanceScript.Step<Event>>
  /** The number of that step, modulo the number of steps. */
  readonly at: number
  /** Whether `evolve` throws; otherwise `react` throws. */
  readonly evolves: boolean
}

const fail = (): never => {
  throw new Error("it is broken")
}

/** The functions that the broken code replaces. */
export const brokenParts = ({ evolves }: Pick<BrokenRun<never>, "evolves">) =>
  evolves ? { evolve: fail } : { react: fail }

/** The outcome of each instance after the retry, and its outcome with working code and the same messages. */
export const outcomes = <Event extends Tagged, State>(
  working: Process<Event, State>,
  broken: Process<Event, State>,
  input: BrokenRun<Event>
): ReadonlyArray<{ readonly retried: unknown; readonly undisturbed: unknown }> =>
  [...retried(working, runBroken(working, broken, input)).streams].flatMap(([instance, events]) => {
    const recorded = undisturbed(working, instance, events)
    // An event without reactions is recorded only if it had to wait.
    if (recorded.length === 0 && !events.some((event) => "decided" in event && event.decided.length > 0)) return []
    const outcome = (stream: ReadonlyArray<ProcessEvent>) =>
      outcomeOf(View.fold(working.instances.decider, stream), stream)
    return [{ retried: outcome(events), undisturbed: outcome(recorded) }]
  })

const runBroken = <Event extends Tagged, State>(
  working: Process<Event, State>,
  broken: Process<Event, State>,
  { at, steps }: BrokenRun<Event>
) => {
  let current = InstanceScript.start(working)
  for (const [index, step] of steps.entries()) {
    const process = index === at % steps.length ? broken : working
    current = InstanceScript.applyStep({ ...current, run: { ...current.run, process } }, step)
  }
  return current
}

const retried = <Event extends Tagged, State>(
  process: Process<Event, State>,
  current: InstanceScript.InstanceRun<Event, State>
) =>
  [...current.run.instances].reduce<InstanceScript.InstanceRun<Event, State>>(
    (next, [instance, { pending }]) =>
      pending.parked === null ? next : InstanceScript.deliver(next, instance, { _tag: "Retry" }),
    { ...current, run: { ...current.run, process } }
  )

// The events that working code records for the same triggers.
const undisturbed = <Event extends Tagged, State>(
  process: Process<Event, State>,
  instance: string,
  events: ReadonlyArray<ProcessEvent>
): ReadonlyArray<ProcessEvent> => {
  let current = InstanceScript.start(process)
  for (const trigger of arrivals(events)) {
    const message = messageOf(trigger, { events, working: current.streams.get(instance) ?? [] })
    if (message !== undefined) current = InstanceScript.deliver(current, instance, message)
  }
  return current.streams.get(instance) ?? []
}

// Triggers in the order in which they arrived, which may differ from the order of the reactions.
const arrivals = (events: ReadonlyArray<ProcessEvent>): ReadonlyArray<Trigger> => {
  let waiting = 0
  return events.flatMap((event): ReadonlyArray<Trigger> => {
    if (event._tag === "ProcessDiscarded" || event._tag === "ProcessRestarted") return []
    if (event._tag === "ProcessReacted" && waiting > 0) {
      waiting--
      return []
    }
    if (event._tag !== "ProcessReacted") waiting++
    return [event.trigger]
  })
}

interface Streams {
  readonly events: ReadonlyArray<ProcessEvent>
  readonly working: ReadonlyArray<ProcessEvent>
}

// The message for working code. Commands and timeouts have other places in its stream, in the same order.
const messageOf = (trigger: Trigger, { events, working }: Streams): MessageBody | undefined => {
  const workingPlaceOf = (tag: Decided["_tag"], matches: (place: Place) => boolean): Place | undefined =>
    placesOf(working, tag)[placesOf(events, tag).findIndex(matches)]
  switch (trigger._tag) {
    case "Event":
      return { _tag: "Observe", trigger }
    case "Resumed":
      // With working code the instance may be completed, or not started, when it is resumed.
      return working.length === 0 || View.fold(PendingWorkFold.view, working).isCompleted
        ? undefined
        : { _tag: "Resume", reason: trigger.reason, at: trigger.at }
    case "Answered": {
      const { at, outcome } = trigger
      const sent = workingPlaceOf("Send", ({ index, version }) => version === trigger.sentAt && index === trigger.index)
      return sent === undefined ? undefined : { _tag: "Answer", sentAt: sent.version, index: sent.index, outcome, at }
    }
    case "TimedOut": {
      const { name, scheduledAt } = trigger
      const scheduled = workingPlaceOf("Schedule", (place) => place.version === scheduledAt && place.name === name)
      return scheduled === undefined ? undefined : { _tag: "TimeOut", name, scheduledAt: scheduled.version }
    }
  }
}

interface Place {
  readonly version: number
  readonly index: number
  readonly name: string | undefined
}

// The places in its stream at which an instance has decided actions of this kind.
const placesOf = (events: ReadonlyArray<ProcessEvent>, tag: Decided["_tag"]): ReadonlyArray<Place> =>
  events.flatMap((event, at) =>
    event._tag !== "ProcessReacted" ?
      [] :
      event.decided.flatMap((decided, index): ReadonlyArray<Place> =>
        decided._tag === tag ? [{ version: at + 1, index, name: "name" in decided ? decided.name : undefined }] : []
      )
  )

const outcomeOf = <State>({ pending, state }: Instance<State>, events: ReadonlyArray<ProcessEvent>) => {
  const { commands, isCompleted, parked, phase, timeouts } = pending
  return {
    state,
    decided: events.flatMap((event): ReadonlyArray<Decided> => event._tag === "ProcessReacted" ? event.decided : []),
    parked,
    phase,
    isCompleted,
    commands: [...commands].map(({ category, command, id, label }) => ({ category, command, id, label })),
    timeouts: timeouts.map(({ due, name }) => ({ name, due }))
  }
}
