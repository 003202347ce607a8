/** Random lives of a process's instances, in memory: what they meet, in which order, and what they record of it. */
import type { Tagged } from "@refold/core/event/EventType"
import type { MessageBody } from "@refold/core/internal/process/ProcessMessage"
import type { Process } from "@refold/core/process/Process"
import type { ProcessEvent, Trigger } from "@refold/core/process/ProcessEvent"
import * as fc from "fast-check"
import * as ProcessRun from "./ProcessRun.ts"

/** What happens. Things are told by a number, which stands for one of those that there are by then. */
export type Step<Event> =
  | { readonly _tag: "Happen"; readonly stream: string; readonly event: Event; readonly by: number | undefined }
  | { readonly _tag: "Answer"; readonly which: number; readonly outcome: Outcome }
  | { readonly _tag: "Pass"; readonly hours: number }
  | { readonly _tag: "Resume"; readonly which: number }

type Outcome = "Succeeded" | "Refused" | "Failed"

/** A life: where it is, and what each instance has recorded. */
export interface Life<Event extends Tagged, State> {
  readonly run: ProcessRun.ProcessRun<Event, State>
  readonly streams: ReadonlyMap<string, ReadonlyArray<ProcessEvent>>
}

/** A life before its first step. */
export const start = <Event extends Tagged, State>(process: Process<Event, State>): Life<Event, State> => ({
  run: ProcessRun.start(process),
  streams: new Map()
})

/** The life after a step. One that finds nothing to be about changes nothing. */
export const take = <Event extends Tagged, State>(life: Life<Event, State>, step: Step<Event>): Life<Event, State> => {
  const { run } = life
  switch (step._tag) {
    case "Happen": {
      const by = pick([...run.instances.keys()], step.by)
      const metadata = by === undefined ? {} : { process: `${run.process.name}-${by}` }
      return recorded(life, ProcessRun.happen(run, step.stream, step.event, metadata))
    }
    case "Answer": {
      const pending = [...run.instances].flatMap(([instance, { pending }]) =>
        pending.commands.map(({ index, sentAt }) => ({ instance, index, sentAt }))
      )
      const command = pick(pending, step.which)
      if (command === undefined) return life
      const { index, instance, sentAt } = command
      return tell(life, instance, { _tag: "Answer", sentAt, index, outcome: outcomeOf(step.outcome), at: run.now })
    }
    case "Pass":
      return recorded(life, ProcessRun.pass(run, { hours: step.hours }))
    case "Resume": {
      const instance = pick([...run.instances].filter(([, { pending }]) => !pending.isCompleted), step.which)
      return instance === undefined
        ? life
        : tell(life, instance[0], { _tag: "Resume", reason: "why not", at: run.now })
    }
  }
}

/** An instance is told something. */
export const tell = <Event extends Tagged, State>(
  life: Life<Event, State>,
  instance: string,
  message: MessageBody
): Life<Event, State> => recorded(life, ProcessRun.tell({ ...life.run, last: [] }, instance, message))

const recorded = <Event extends Tagged, State>(
  { streams }: Life<Event, State>,
  run: ProcessRun.ProcessRun<Event, State>
): Life<Event, State> => {
  const next = new Map(streams)
  for (const [instance, { pending }] of run.instances) {
    const before = next.get(instance) ?? []
    // Each instance records under its own name, apart from a discard, which nobody makes here.
    const own = run.last.filter((event) => "instance" in event && event.instance === instance)
    if (pending.version > before.length) next.set(instance, [...before, ...own])
  }
  return { run, streams: next }
}

/** The triggers of all that an instance has recorded, in the order in which it met them. */
export const triggersOf = (events: ReadonlyArray<ProcessEvent>): ReadonlyArray<Trigger> =>
  events.flatMap((event) => "trigger" in event ? [event.trigger] : [])

/** One of these, by any number; undefined where there is none, or no number. */
export const pick = <A>(all: ReadonlyArray<A>, which: number | undefined): A | undefined =>
  which === undefined ? undefined : all[which % all.length]

/** An outcome of a command, in full. */
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

/** Steps over these events. */
export const steps = <Event>(
  events: fc.Arbitrary<Event>,
  streams: fc.Arbitrary<string>
): fc.Arbitrary<ReadonlyArray<Step<Event>>> =>
  fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          _tag: fc.constant("Happen" as const),
          stream: streams,
          event: events,
          by: fc.option(which, { nil: undefined })
        })
      },
      {
        weight: 4,
        arbitrary: fc.record({
          _tag: fc.constant("Answer" as const),
          which,
          outcome: fc.constantFrom("Succeeded" as const, "Succeeded" as const, "Refused" as const, "Failed" as const)
        })
      },
      { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Pass" as const), hours: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Resume" as const), which }) }
    ),
    { maxLength: 14 }
  )
