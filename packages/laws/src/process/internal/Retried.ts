/** Instances that were parked and are retried by repaired code, beside others that were told the same by sound code. */
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import * as PendingWork from "@refold/core/internal/process/PendingWork"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import type { Decided, ProcessEvent, Trigger } from "@refold/core/process/ProcessEvent"
import * as Schedule from "./Schedule.ts"

/** A life, in which the code is broken in one step. */
export interface Broken<Event> {
  readonly steps: ReadonlyArray<Schedule.Step<Event>>
  readonly at: number
  /** Whether `evolve` is what throws; else it is `react`. */
  readonly evolves: boolean
}

const fail = (): never => {
  throw new Error("it is broken")
}

/** What is broken about the code. */
export const brokenBy = ({ evolves }: Pick<Broken<never>, "evolves">) => evolves ? { evolve: fail } : { react: fail }

/** What each instance came to, and what sound code comes to that is told the same. */
export const ends = <Event extends Tagged, State>(
  sound: Process<Event, State>,
  broken: Process<Event, State>,
  input: Broken<Event>
): ReadonlyArray<{ readonly retried: unknown; readonly undisturbed: unknown }> =>
  [...retried(sound, liveBroken(sound, broken, input)).streams].flatMap(([instance, events]) => {
    const recorded = undisturbed(sound, instance, events)
    // What means nothing leaves no record, unless it had to wait.
    if (recorded.length === 0 && !events.some((event) => "decided" in event && event.decided.length > 0)) return []
    const end = (stream: ReadonlyArray<ProcessEvent>) => endOf(View.fold(sound.instances.decider, stream), stream)
    return [{ retried: end(events), undisturbed: end(recorded) }]
  })

const liveBroken = <Event extends Tagged, State>(
  sound: Process<Event, State>,
  broken: Process<Event, State>,
  { at, steps }: Broken<Event>
) => {
  let life = Schedule.start(sound)
  for (const [index, step] of steps.entries()) {
    const process = index === at % steps.length ? broken : sound
    life = Schedule.take({ ...life, run: { ...life.run, process } }, step)
  }
  return life
}

const retried = <Event extends Tagged, State>(
  process: Process<Event, State>,
  life: Schedule.Life<Event, State>
) =>
  [...life.run.instances].reduce<Schedule.Life<Event, State>>(
    (next, [instance, { pending }]) =>
      pending.parked === null ? next : Schedule.tell(next, instance, { _tag: "Retry" }),
    { ...life, run: { ...life.run, process } }
  )

// What the same triggers lead to by sound code.
const undisturbed = <Event extends Tagged, State>(
  process: Process<Event, State>,
  instance: string,
  events: ReadonlyArray<ProcessEvent>
): ReadonlyArray<ProcessEvent> => {
  let life = Schedule.start(process)
  for (const trigger of firstMet(events)) {
    const message = messageOf(trigger, { events, sound: life.streams.get(instance) ?? [] })
    if (message !== undefined) life = Schedule.tell(life, instance, message)
  }
  return life.streams.get(instance) ?? []
}

// Triggers in the order in which they came, and not in which they were reacted to.
const firstMet = (events: ReadonlyArray<ProcessEvent>): ReadonlyArray<Trigger> => {
  let waiting = 0
  return events.flatMap((event): ReadonlyArray<Trigger> => {
    if (event._tag === "ProcessDiscarded") return []
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
  readonly sound: ReadonlyArray<ProcessEvent>
}

// What sound code is told. Commands and timeouts are at other places in its stream, but in the same order.
const messageOf = (trigger: Trigger, { events, sound }: Streams): MessageBody | undefined => {
  const soundPlaceOf = (tag: Decided["_tag"], isIt: (place: Place) => boolean): Place | undefined =>
    placesOf(sound, tag)[placesOf(events, tag).findIndex(isIt)]
  switch (trigger._tag) {
    case "Event":
      return { _tag: "Observe", trigger }
    case "Resumed":
      // Who asked it to go on could not know that it would be over by then, or would not have begun.
      return sound.length === 0 || View.fold(PendingWork.view, sound).isCompleted
        ? undefined
        : { _tag: "Resume", reason: trigger.reason, at: trigger.at }
    case "Answered": {
      const { at, outcome } = trigger
      const sent = soundPlaceOf("Send", ({ index, version }) => version === trigger.sentAt && index === trigger.index)
      return sent === undefined ? undefined : { _tag: "Answer", sentAt: sent.version, index: sent.index, outcome, at }
    }
    case "TimedOut": {
      const { name, scheduledAt } = trigger
      const scheduled = soundPlaceOf("Schedule", (place) => place.version === scheduledAt && place.name === name)
      return scheduled === undefined ? undefined : { _tag: "TimeOut", name, scheduledAt: scheduled.version }
    }
  }
}

interface Place {
  readonly version: number
  readonly index: number
  readonly name: string | undefined
}

// Where in its stream an instance has decided to do such a thing.
const placesOf = (events: ReadonlyArray<ProcessEvent>, tag: Decided["_tag"]): ReadonlyArray<Place> =>
  events.flatMap((event, at) =>
    event._tag !== "ProcessReacted" ?
      [] :
      event.decided.flatMap((decided, index): ReadonlyArray<Place> =>
        decided._tag === tag ? [{ version: at + 1, index, name: "name" in decided ? decided.name : undefined }] : []
      )
  )

const endOf = <State>({ pending, state }: Instance<State>, events: ReadonlyArray<ProcessEvent>) => {
  const { commands, isCompleted, parked, phase, timeouts } = pending
  return {
    state,
    decided: events.flatMap((event): ReadonlyArray<Decided> => event._tag === "ProcessReacted" ? event.decided : []),
    parked,
    phase,
    isCompleted,
    commands: commands.map(({ category, command, id, label }) => ({ category, command, id, label })),
    timeouts: timeouts.map(({ due, name }) => ({ name, due }))
  }
}
