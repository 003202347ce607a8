/** A process's functions, as total functions, whatever their author has done. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventCodec } from "../../event/EventCodec.ts"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import * as NewEvent from "../../event/NewEvent.ts"
import type { RecordedEvent } from "../../event/RecordedEvent.ts"
import * as StreamName from "../../event/StreamName.ts"
import type { Envelope } from "../../project/Projection.ts"
import { type Decided, type EventTrigger, reasonOf, type Stage, type Trigger } from "../ProcessEvent.ts"
import type { Notice, Occasion } from "../ProcessInput.ts"
import type { Reaction, Send } from "./Reaction.ts"

type Tagged = { readonly _tag: string }

/** What reacting needs of a process. */
export interface Reacts<Event extends Tagged, State> {
  readonly events: EventCodec<Event>
  readonly targets: ReadonlyArray<{ readonly category: string }>
  readonly evolve: (state: State, input: Event | Notice, occasion: Occasion) => State
  readonly react: (state: State, input: Event | Notice, occasion: Occasion, before: State) => ReadonlyArray<Reaction>
}

/** Why an instance cannot react. */
export interface Fault {
  readonly stage: Stage
  readonly reason: string
}

/** What a trigger says to the process's functions. */
export interface Told<Event> {
  readonly input: Event | Notice
  readonly occasion: Occasion
}

/** The trigger, read. */
export const read = <Event extends Tagged, State>(
  { events }: Reacts<Event, State>,
  instance: string,
  trigger: Trigger
): Result.Result<Told<Event>, Fault> => {
  if (trigger._tag !== "Event") {
    const at = trigger._tag === "TimedOut" ? trigger.due : trigger.at
    return Result.succeed({ input: noticeOf(trigger), occasion: { instance, at, envelope: undefined } })
  }
  const recorded = recordedOf(trigger)
  return Result.mapBoth(events.decode(recorded), {
    onSuccess: (input) => ({ input, occasion: { instance, at: recorded.recordedAt, envelope: envelopeOf(recorded) } }),
    onFailure: ({ message }) => ({ stage: "Event" as const, reason: message })
  })
}

/** The state after what was told. */
export const evolve = <Event extends Tagged, State>(
  process: Reacts<Event, State>,
  state: State,
  { input, occasion }: Told<Event>
): Result.Result<State, Fault> => attempt("Evolve", () => process.evolve(state, input, occasion))

/** What is to be done about what led from one state to the other, in the form in which it is recorded. */
export const react = <Event extends Tagged, State>(
  process: Reacts<Event, State>,
  { after, before }: { readonly before: State; readonly after: State },
  { input, occasion }: Told<Event>
): Result.Result<ReadonlyArray<Decided>, Fault> =>
  Result.gen(function*() {
    const reactions = yield* attempt("React", () => process.react(after, input, occasion, before))
    if (!Array.isArray(reactions)) return yield* fault("React", "it must give a list of reactions")
    const decided: Array<Decided> = []
    // By index, for a hole is nothing that can be recorded, either.
    for (let index = 0; index < reactions.length; index++) {
      // What is no reaction may throw wherever it is looked at.
      decided.push(yield* yield* attempt("React", () => record(process, reactions[index], occasion)))
    }
    return decided
  })

/** Where the process says it stands; nothing, where it does not say. */
export const phaseOf = <State>(
  phase: ((state: State) => string) | undefined,
  state: State
): Result.Result<{ readonly phase?: string }, Fault> =>
  phase === undefined
    ? Result.succeed({})
    : Result.flatMap(attempt("React", () => phase(state)), (text) =>
      Result.mapBoth(NewEvent.checkName(text, "phase"), { onSuccess: () => ({ phase: text }), onFailure: invalid }))

// It was a recorded event when it was made.
const recordedOf = ({ _tag, ...recorded }: EventTrigger): RecordedEvent => recorded as unknown as RecordedEvent

const envelopeOf = (
  { data: _data, schemaVersion: _version, type: _type, ...envelope }: RecordedEvent
): Envelope => envelope

const noticeOf = (trigger: Exclude<Trigger, EventTrigger>): Notice => {
  switch (trigger._tag) {
    case "TimedOut":
      return { _tag: "TimedOut", name: trigger.name }
    case "Resumed":
      return { _tag: "Resumed", reason: trigger.reason }
    case "Answered": {
      const { category, id, label } = trigger
      const command = { label, category, id }
      switch (trigger.outcome._tag) {
        case "Succeeded":
          return { _tag: "CommandSucceeded", ...command }
        case "Refused":
          return { _tag: "CommandRefused", ...command, refusal: trigger.outcome.refusal }
        case "Failed":
          return { _tag: "CommandFailed", ...command, reason: trigger.outcome.reason }
      }
    }
  }
}

const record = (
  { targets }: Pick<Reacts<never, never>, "targets">,
  reaction: Reaction | undefined,
  { at }: Occasion
): Result.Result<Decided, Fault> => {
  switch (reaction?._tag) {
    case "Send":
      return recordSend(targets, reaction)
    case "Schedule": {
      const { after, name } = reaction
      if (Duration.isNegative(after)) return fault("React", `timeout "${name}" must not be due before it is scheduled`)
      const due = DateTime.addDuration(at, after)
      return Result.mapBoth(
        Result.andThen(NewEvent.checkName(name, "timeout"), () => NewEvent.checkTime(due, `timeout "${name}"`)),
        {
          onSuccess: () => ({ _tag: "Schedule" as const, name, due }),
          onFailure: invalid
        }
      )
    }
    case "Cancel":
      return Result.mapBoth(NewEvent.checkName(reaction.name, "timeout"), {
        onSuccess: (name) => ({ _tag: "Cancel" as const, name }),
        onFailure: invalid
      })
    case "Complete":
      return Result.succeed(reaction)
    default:
      return fault("React", "it must give reactions: send, schedule, cancel or complete")
  }
}

const recordSend = (
  targets: ReadonlyArray<{ readonly category: string }>,
  { command, id, label, to: { category, commands } }: Send
): Result.Result<Decided, Fault> => {
  if (!targets.some((target) => target.category === category)) {
    return fault("React", `it sends a command to category "${category}", which is not one of its targets`)
  }
  if (Option.isNone(commands)) return fault("React", `category "${category}" does not say what its commands look like`)
  const { encode } = commands.value
  return Result.gen(function*() {
    if (typeof id !== "string") return yield* fault("React", `command "${label}" must be for an id that is a text`)
    yield* Result.mapError(StreamName.make(category, id), invalid)
    yield* Result.mapError(NewEvent.checkName(label, "label"), invalid)
    // The constructor of the reaction saw to it that it is a command of this target.
    const encoded = yield* Result.mapError(encode(command as never), ({ message }) => ({
      stage: "React" as const,
      reason: `command "${label}" for "${category}-${id}" is invalid: ${message}`
    }))
    return { _tag: "Send" as const, label, category, id, command: encoded }
  })
}

const invalid = ({ message }: InvalidInput): Fault => ({ stage: "React", reason: message })

const fault = (stage: Stage, reason: string): Result.Result<never, Fault> => Result.fail({ stage, reason })

const attempt = <A>(stage: Stage, run: () => A): Result.Result<A, Fault> =>
  Result.try({ try: run, catch: (error) => ({ stage, reason: `it threw ${reasonOf(error)}` }) })
