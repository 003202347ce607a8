/** Scripts for command handlers on a log that goes back, and the answers that they must give. */
import type { Decider } from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as Result from "effect/Result"
import * as fc from "fast-check"

/** One step: a command for one of two handlers, an event that is appended without a handler, or a log that goes back. */
export type Step<Command, Event> =
  | { readonly handler: 0 | 1; readonly command: Command }
  | { readonly event: Event }
  /** The number of steps whose events the log loses. */
  | { readonly putBack: number }

/** Steps on one aggregate. */
export const steps = <Command, Event>(
  commands: fc.Arbitrary<Command>,
  events: fc.Arbitrary<Event>
): fc.Arbitrary<ReadonlyArray<Step<Command, Event>>> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ handler: fc.constantFrom<0 | 1>(0, 1), command: commands }) },
      { weight: 2, arbitrary: fc.record({ event: events }) },
      { weight: 2, arbitrary: fc.record({ putBack: fc.integer({ min: 1, max: 6 }) }) }
    ),
    { minLength: 4, maxLength: 24, size: "max" }
  )

/** The answers to the commands of a script: those of the decider on the events that are in the log at that time. */
export const answers = <Command, State, Event, Refusal>(
  decider: Decider<Command, State, Event, Refusal>,
  script: ReadonlyArray<Step<Command, Event>>
): ReadonlyArray<unknown> => {
  const logs: Array<ReadonlyArray<Event>> = [[]]
  const given: Array<unknown> = []
  for (const step of script) {
    const before = logs.at(-1)!
    if ("putBack" in step) logs.push(logs[Math.max(0, logs.length - 1 - step.putBack)]!)
    else if ("event" in step) logs.push([...before, step.event])
    else {
      const decided = Result.map(decider.decide(step.command, View.fold(decider, before)), (events) => ({
        events,
        state: View.fold(decider, [...before, ...events]),
        version: before.length + events.length
      }))
      given.push(decided)
      logs.push(Result.isSuccess(decided) ? [...before, ...decided.success.events] : before)
    }
  }
  return given
}
