/** Scripts of commands for two handlers on two stores, and the answers that the decider alone gives. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import type { Tagged } from "@refold/core/event/EventType"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type VersionConflict, versionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as AggregateHistory from "./AggregateHistory.ts"

/** One step, on an aggregate of one of the stores. */
export interface Step<Command, Event> {
  readonly store: 0 | 1
  readonly id: "a" | "b" | "c"
  readonly what:
    /** A command for one of the handlers. The expected version is relative to the current version. */
    | { readonly handler: 0 | 1; readonly command: Command; readonly expected: number | undefined }
    /** An event that is appended without a handler. */
    | { readonly event: Event }
}

/** Steps that use few aggregates again and again. */
export const steps = <Command, Event>(
  commands: fc.Arbitrary<Command>,
  events: fc.Arbitrary<Event>
): fc.Arbitrary<ReadonlyArray<Step<Command, Event>>> => {
  const expected = fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: -1, max: 1 }) }
  )
  const handled = fc.record({ handler: fc.constantFrom<0 | 1>(0, 1), command: commands, expected })
  return fc.array(
    fc.record({
      store: fc.constantFrom<0 | 1>(0, 1),
      id: fc.constantFrom<Step<Command, Event>["id"]>("a", "b", "c"),
      what: fc.oneof({ weight: 3, arbitrary: handled }, { weight: 1, arbitrary: fc.record({ event: events }) })
    }),
    { maxLength: 24, size: "max" }
  )
}

/** The part of a handler's answer that does not depend on the store. */
export type Answer<State, Event> = Pick<CommandHandler.Handled<State, Event>, "events" | "state" | "version">

/** Reduces a handler's answer to the part that does not depend on the store. */
export const answerOf = <State, Event>({ events, state, version }: Answer<State, Event>): Answer<State, Event> => ({
  events,
  state,
  version
})

/** A step with unique ids and absolute versions, and the expected answer; undefined if the step is no command. */
export interface ExpectedAnswer<Command, State, Event, Refusal> {
  readonly step: Step<Command, Event>
  readonly id: string
  readonly expected: ExpectedVersion.ExpectedVersion | undefined
  readonly answer: Result.Result<Answer<State, Event>, Refusal | VersionConflict> | undefined
}

/** The answers that the decider gives on complete streams in memory. `run` makes the ids unique. */
export const expectedAnswers = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  run: string,
  script: ReadonlyArray<Step<Command, Event>>
): ReadonlyArray<ExpectedAnswer<Command, State, Event, Refusal>> => {
  const streams = new Map<string, ReadonlyArray<Event>>()
  return script.map((step) => {
    const { store, what } = step
    const id = `${run} ${step.id}`
    const events = streams.get(`${store} ${id}`) ?? []
    if ("event" in what) {
      streams.set(`${store} ${id}`, [...events, what.event])
      return { step, id, expected: undefined, answer: undefined }
    }
    const expected = what.expected === undefined
      ? undefined
      : ExpectedVersion.Exact(Math.max(0, events.length + what.expected))
    const answer = decide(aggregate, id, events, what.command, expected)
    if (Result.isSuccess(answer)) streams.set(`${store} ${id}`, [...events, ...answer.success.events])
    return { step, id, expected, answer }
  })
}

const decide = <Command, State, Event extends Tagged, Refusal>(
  aggregate: Aggregate<Command, State, Event, Refusal>,
  id: string,
  before: ReadonlyArray<Event>,
  command: Command,
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): Result.Result<Answer<State, Event>, Refusal | VersionConflict> => {
  const version = StreamVersion(before.length)
  if (!ExpectedVersion.matches(expected, version)) {
    return Result.fail(versionConflict(AggregateHistory.streamOf(aggregate, id), expected, version))
  }
  const { decider } = aggregate
  return Result.map(decider.decide(command, View.fold(decider, before)), (events) => ({
    events,
    state: View.fold(decider, [...before, ...events]),
    version: StreamVersion(before.length + events.length)
  }))
}
