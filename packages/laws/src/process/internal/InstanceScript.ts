/** Scripts for the instances of a process, in memory: events, answers, time and resumptions in any order. */
import type { Tagged } from "@refold/core/event/EventType"
import type { MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import type { ProcessEvent, Trigger } from "@refold/core/process/ProcessEvent"
import * as fc from "fast-check"
import * as ProcessRun from "./ProcessRun.ts"

/** One step. `which` and `by` are numbers, taken modulo the number of pending commands or of instances at that time. */
export type Step<Event> =
  | { readonly _tag: "Record"; readonly stream: string; readonly event: Event; readonly by: number | undefined }
  | { readonly _tag: "Answer"; readonly which: number; readonly outcome: Outcome }
  | { readonly _tag: "AdvanceTime"; readonly hours: number }
  | { readonly _tag: "Resume"; readonly which: number }

type Outcome = "Succeeded" | "Refused" | "Failed"

/** A run: its current time, and the recorded events of each instance. */
export interface InstanceRun<Event extends Tagged, State> {
  readonly run: ProcessRun.ProcessRun<Event, State>
  readonly streams: ReadonlyMap<string, ReadonlyArray<ProcessEvent>>
}

/** A run before its first step. */
export const start = <Event extends Tagged, State>(process: Process<Event, State>): InstanceRun<Event, State> => ({
  run: ProcessRun.start(process),
  streams: new Map()
})

/** The run after a step. A step that does not apply changes nothing. */
export const applyStep = <Event extends Tagged, State>(
  before: InstanceRun<Event, State>,
  step: Step<Event>
): InstanceRun<Event, State> => {
  const { run } = before
  switch (step._tag) {
    case "Record": {
      const by = pick([...run.instances.keys()], step.by)
      const metadata = by === undefined ? {} : { process: `${run.process.name}-${by}` }
      return recorded(before, ProcessRun.recordEvent(run, step.stream, step.event, metadata))
    }
    case "Answer":
      return answer(before, step)
    case "AdvanceTime":
      return recorded(before, ProcessRun.advanceTime(run, { hours: step.hours }))
    case "Resume": {
      const instance = pick([...run.instances].filter(([, { pending }]) => !pending.isCompleted), step.which)
      return instance === undefined
        ? before
        : deliver(before, instance[0], { _tag: "Resume", reason: "any", at: run.now })
    }
  }
}

const answer = <Event extends Tagged, State>(
  before: InstanceRun<Event, State>,
  { outcome, which }: Extract<Step<Event>, { readonly _tag: "Answer" }>
): InstanceRun<Event, State> => {
  const { instances, now } = before.run
  const pending = [...instances].flatMap(([instance, { pending }]) =>
    [...pending.commands].map(({ index, sentAt }) => ({ instance, index, sentAt }))
  )
  const command = pick(pending, which)
  if (command === undefined) return before
  const { index, instance, sentAt } = command
  return deliver(before, instance, { _tag: "Answer", sentAt, index, outcome: outcomeOf(outcome), at: now })
}

/** Delivers a message to an instance. */
export const deliver = <Event extends Tagged, State>(
  before: InstanceRun<Event, State>,
  instance: string,
  message: MessageBody
): InstanceRun<Event, State> => recorded(before, ProcessRun.deliver({ ...before.run, last: [] }, instance, message))

const recorded = <Event extends Tagged, State>(
  { streams }: InstanceRun<Event, State>,
  run: ProcessRun.ProcessRun<Event, State>
): InstanceRun<Event, State> => {
  const next = new Map(streams)
  for (const [instance, { pending }] of run.instances) {
    const before = next.get(instance) ?? []
    // Every event except a discard names its instance, and no step discards.
    const own = run.last.filter((event) => "instance" in event && event.instance === instance)
    if (pending.version > before.length) next.set(instance, [...before, ...own])
  }
  return { run, streams: next }
}

/** The triggers that an instance has recorded, in the order in which it observed them. */
export const triggersOf = (events: ReadonlyArray<ProcessEvent>): ReadonlyArray<Trigger> =>
  events.flatMap((event) => "trigger" in event ? [event.trigger] : [])

/** The events after the last restart, without the outcomes of commands that were decided before it. */
export const lastRunOf = (events: ReadonlyArray<ProcessEvent>): ReadonlyArray<ProcessEvent> => {
  const restartedAt = events.findLastIndex(({ _tag }) => _tag === "ProcessRestarted") + 1
  return events.slice(restartedAt).filter((event) =>
    !("trigger" in event) || event.trigger._tag !== "Answered" || event.trigger.sentAt > restartedAt
  )
}

/** One of these, by any number; undefined if there are none, or no number is given. */
export const pick = <A>(all: ReadonlyArray<A>, which: number | undefined): A | undefined =>
  which === undefined ? undefined : all[which % all.length]

/** The complete outcome of a command. */
export const outcomeOf = (outcome: Outcome) => {
  switch (outcome) {
    case "Succeeded":
      return { _tag: outcome }
    case "Refused":
      return { _tag: outcome, refusal: "no" }
    case "Failed":
      return { _tag: outcome, reason: "cannot" }
  }
}

const which = fc.nat(5)

const recording = <Event>(events: fc.Arbitrary<Event>, streams: fc.Arbitrary<string>): fc.Arbitrary<Step<Event>> =>
  fc.record({
    _tag: fc.constant("Record" as const),
    stream: streams,
    event: events,
    by: fc.option(which, { nil: undefined })
  })

const answering = fc.record({
  _tag: fc.constant("Answer" as const),
  which,
  outcome: fc.constantFrom("Succeeded" as const, "Succeeded" as const, "Refused" as const, "Failed" as const)
})

/** Scripts of up to 14 steps with these events. */
export const steps = <Event>(
  events: fc.Arbitrary<Event>,
  streams: fc.Arbitrary<string>
): fc.Arbitrary<ReadonlyArray<Step<Event>>> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: recording(events, streams) },
      { weight: 4, arbitrary: answering },
      { weight: 2, arbitrary: fc.record({ _tag: fc.constant("AdvanceTime" as const), hours: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Resume" as const), which }) }
    ),
    { maxLength: 14 }
  )
