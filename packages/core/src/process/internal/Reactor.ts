/** The functions of a process, made total: what they throw or return wrongly becomes a `Fault`. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventCodec } from "../../event/EventCodec.ts"
import type { Tagged } from "../../event/EventType.ts"
import * as Reason from "../../event/internal/Reason.ts"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import * as NewEvent from "../../event/NewEvent.ts"
import type { RecordedEvent } from "../../event/RecordedEvent.ts"
import * as StreamName from "../../event/StreamName.ts"
import type { Envelope } from "../../project/Projection.ts"
import { type Decided, type EventTrigger, type Stage, type Trigger } from "../ProcessEvent.ts"
import type { InputContext, Signal } from "../ProcessInput.ts"
import type { Reaction, Send } from "./Reaction.ts"

/** The functions of a process, and what they need. */
export interface Reactor<Event extends Tagged, State> {
  readonly events: EventCodec<Event>
  readonly targets: ReadonlyArray<{ readonly category: string }>
  readonly evolve: (state: State, input: Event | Signal, context: InputContext) => State
  readonly react: (state: State, input: Event | Signal, context: InputContext, before: State) => ReadonlyArray<Reaction>
}

/** Why an instance cannot react, and the step that failed. */
export interface Fault {
  readonly stage: Stage
  readonly reason: string
}

/** The arguments of the process's functions. */
export interface Decoded<Event> {
  readonly input: Event | Signal
  readonly context: InputContext
}

/** A decoded trigger: a signal, or the domain events of a stored event that are for the instance. */
export interface DecodedTrigger<Event> {
  readonly inputs: ReadonlyArray<Event | Signal>
  readonly context: InputContext
}

/** Decodes a trigger. */
export const decode = <Event extends Tagged, State>(
  { events }: Reactor<Event, State>,
  instance: string,
  trigger: Trigger
): Result.Result<DecodedTrigger<Event>, Fault> => {
  if (trigger._tag !== "Event") {
    const at = trigger._tag === "TimedOut" ? trigger.due : trigger.at
    return Result.succeed({ inputs: [signalOf(trigger)], context: { instance, at, envelope: undefined } })
  }
  const recorded = recordedOf(trigger)
  const context = { instance, at: recorded.recordedAt, envelope: envelopeOf(recorded) }
  const own = trigger.parts && new Set(trigger.parts)
  return Result.mapBoth(events.decode(recorded), {
    onSuccess: (parts) => ({ inputs: parts.filter((_, part) => own?.has(part) ?? true), context }),
    onFailure: ({ message }) => ({ stage: "Event" as const, reason: message })
  })
}

/** The state after the input. */
export const evolve = <Event extends Tagged, State>(
  process: Reactor<Event, State>,
  state: State,
  { input, context }: Decoded<Event>
): Result.Result<State, Fault> => attempt("Evolve", () => process.evolve(state, input, context))

/** The reactions to the input that led from one state to the other, in their recorded form. */
export const react = <Event extends Tagged, State>(
  process: Reactor<Event, State>,
  { after, before }: { readonly before: State; readonly after: State },
  { input, context }: Decoded<Event>
): Result.Result<ReadonlyArray<Decided>, Fault> =>
  Result.gen(function*() {
    const reactions = yield* attempt("React", () => process.react(after, input, context, before))
    if (!Array.isArray(reactions)) return yield* fault("React", "react must return an array of reactions")
    const decided: Array<Decided> = []
    // By index, because `map` skips holes, and a hole is no reaction.
    for (let index = 0; index < reactions.length; index++) {
      // A value that is no reaction may throw when it is read.
      decided.push(yield* yield* attempt("React", () => record(process, reactions[index], context)))
    }
    return decided
  })

/** The phase of a state; none if the process does not define phases. */
export const phaseOf = <State>(
  phase: ((state: State) => string) | undefined,
  state: State
): Result.Result<{ readonly phase?: string }, Fault> =>
  phase === undefined
    ? Result.succeed({})
    : Result.flatMap(attempt("React", () => phase(state)), (text) =>
      Result.mapBoth(NewEvent.checkName(text, "phase"), { onSuccess: () => ({ phase: text }), onFailure: invalid }))

// `triggerOf` made the trigger of a recorded event.
const recordedOf = ({ _tag, parts: _parts, ...recorded }: EventTrigger): RecordedEvent =>
  recorded as unknown as RecordedEvent

const envelopeOf = (
  { data: _data, schemaVersion: _version, type: _type, ...envelope }: RecordedEvent
): Envelope => envelope

const signalOf = (trigger: Exclude<Trigger, EventTrigger>): Signal => {
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
  { targets }: Pick<Reactor<never, never>, "targets">,
  reaction: Reaction | undefined,
  { at }: InputContext
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
      return fault("React", "react must return reactions: send, schedule, cancel or complete")
  }
}

const recordSend = (
  targets: ReadonlyArray<{ readonly category: string }>,
  { command, id, label, to: { category, commands } }: Send
): Result.Result<Decided, Fault> => {
  if (!targets.some((target) => target.category === category)) {
    return fault("React", `react sends a command to category "${category}": add it to the targets of the process`)
  }
  if (Option.isNone(commands)) return fault("React", `category "${category}" must define the schema of its commands`)
  const { encode } = commands.value
  return Result.gen(function*() {
    if (typeof id !== "string") return yield* fault("React", `the id of command "${label}" must be a text`)
    yield* Result.mapError(StreamName.make(category, id), invalid)
    yield* Result.mapError(NewEvent.checkName(label, "label"), invalid)
    // `send` typed it as a command of this target.
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
  Result.mapError(Reason.attempt(run), (reason) => ({ stage, reason }))
