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
import * as StreamName from "../../event/StreamName.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { Decided, Stage, Trigger } from "../ProcessEvent.ts"
import type { InputContext, Signal } from "../ProcessInput.ts"
import type { Reaction, Schedule, Send } from "./Reaction.ts"
import * as TriggerInput from "./TriggerInput.ts"

/** The functions of a process, and what they need. */
export interface Reactor<Event extends Tagged, State> {
  readonly events: EventCodec<Event>
  readonly targets: ReadonlyArray<{ readonly category: string }>
  readonly evolve: (state: State, input: Event | Signal, context: InputContext) => State
  readonly react: (state: State, input: Event | Signal, context: InputContext, before: State) => ReadonlyArray<Reaction>
  readonly restartOn?: ((event: Event, envelope: Envelope) => boolean) | undefined
}

/** The state after the inputs of a trigger. */
export const evolve = <Event extends Tagged, State>(
  process: Reactor<Event, State>,
  before: State,
  { inputs }: TriggerInput.Inputs<Event>
): Result.Result<State, TriggerInput.Fault> =>
  attempt("Evolve", () => inputs.reduce((state, { context, input }) => process.evolve(state, input, context), before))

/** The result of the inputs of a trigger. */
export interface Reacted<State> {
  readonly state: State
  readonly decided: ReadonlyArray<Decided>
  /** The number of inputs up to the completion of the instance. Later ones are ignored, as later events are. */
  readonly observed: number
}

/** The state after the inputs of a trigger, and the reactions to each of them, in their recorded form. */
export const react = <Event extends Tagged, State>(
  process: Reactor<Event, State>,
  before: State,
  { inputs }: TriggerInput.Inputs<Event>
): Result.Result<Reacted<State>, TriggerInput.Fault> =>
  Result.gen(function*() {
    let state = before
    const decided: Array<ReadonlyArray<Decided>> = []
    for (const one of inputs) {
      const after = yield* evolve(process, state, { inputs: [one], unknownType: undefined })
      const reactions = yield* reactTo(process, { before: state, after }, one)
      decided.push(reactions)
      state = after
      if (reactions.some(({ _tag }) => _tag === "Complete")) break
    }
    return { state, decided: decided.flat(), observed: decided.length }
  })

const reactTo = <Event extends Tagged, State>(
  process: Reactor<Event, State>,
  { after, before }: { readonly before: State; readonly after: State },
  { input, context }: TriggerInput.Decoded<Event>
): Result.Result<ReadonlyArray<Decided>, TriggerInput.Fault> =>
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

/** Whether a trigger starts a completed instance again. */
export const restarts = <Event extends Tagged, State>(
  process: Reactor<Event, State>,
  instance: string,
  trigger: Trigger
): Result.Result<boolean, TriggerInput.Fault> => {
  const { restartOn } = process
  if (restartOn === undefined || trigger._tag !== "Event") return Result.succeed(false)
  return Result.flatMap(
    TriggerInput.decode(process, instance, trigger),
    // The inputs of an event are events, and have its envelope.
    ({ inputs }) =>
      attempt("React", () => inputs.some(({ context, input }) => restartOn(input as Event, context.envelope!)))
  )
}

/** The phase of a state; none if the process does not define phases. */
export const phaseOf = <State>(
  phase: ((state: State) => string) | undefined,
  state: State
): Result.Result<{ readonly phase?: string }, TriggerInput.Fault> =>
  phase === undefined
    ? Result.succeed({})
    : Result.flatMap(attempt("React", () => phase(state)), (text) =>
      Result.mapBoth(NewEvent.checkName(text, "phase"), { onSuccess: () => ({ phase: text }), onFailure: invalid }))

const record = (
  { targets }: Pick<Reactor<never, never>, "targets">,
  reaction: Reaction | undefined,
  { at }: InputContext
): Result.Result<Decided, TriggerInput.Fault> => {
  switch (reaction?._tag) {
    case "Send":
      return recordSend(targets, reaction)
    case "Schedule":
      return recordSchedule(reaction, at)
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

const recordSchedule = ({ due, name }: Schedule, at: DateTime.Utc): Result.Result<Decided, TriggerInput.Fault> =>
  Result.mapBoth(
    Result.andThen(
      NewEvent.checkName(name, "timeout"),
      () => NewEvent.checkTime(dueTime(due, at), `timeout "${name}"`)
    ),
    { onSuccess: (time) => ({ _tag: "Schedule" as const, name, due: time }), onFailure: invalid }
  )

// A time in the past is due at once: now is the time of the trigger.
const dueTime = (due: Schedule["due"], now: DateTime.Utc): DateTime.Utc => {
  const time = "at" in due ? DateTime.toUtc(due.at) : DateTime.addDuration(now, atLeastZero(due.after))
  return DateTime.isLessThan(time, now) ? now : time
}

// The sum with minus infinity is no time.
const atLeastZero = (duration: Duration.Duration): Duration.Duration =>
  Duration.isNegative(duration) ? Duration.zero : duration

const recordSend = (
  targets: ReadonlyArray<{ readonly category: string }>,
  { command, id, label, to: { category, commands } }: Send
): Result.Result<Decided, TriggerInput.Fault> => {
  if (!targets.some((target) => target.category === category)) {
    return fault("React", `react sends a command to category "${category}": add it to the targets of the process`)
  }
  if (Option.isNone(commands)) return fault("React", `category "${category}" must define the schema of its commands`)
  const { encode, schemaVersion } = commands.value
  return Result.gen(function*() {
    if (typeof id !== "string") return yield* fault("React", `the id of command "${label}" must be a text`)
    yield* Result.mapError(StreamName.make(category, id), invalid)
    yield* Result.mapError(NewEvent.checkName(label, "label"), invalid)
    // `send` typed it as a command of this target.
    const encoded = yield* Result.mapError(encode(command as never), ({ message }) => ({
      stage: "React" as const,
      reason: `command "${label}" for "${category}-${id}" is invalid: ${message}`
    }))
    return { _tag: "Send" as const, label, category, id, command: encoded, ...schemaVersion > 1 && { schemaVersion } }
  })
}

const invalid = ({ message }: InvalidInput): TriggerInput.Fault => ({ stage: "React", reason: message })

const fault = (stage: Stage, reason: string): Result.Result<never, TriggerInput.Fault> => Result.fail({ stage, reason })

const attempt = <A>(stage: Stage, run: () => A): Result.Result<A, TriggerInput.Fault> =>
  Result.mapError(Reason.attempt(run), (reason) => ({ stage, reason }))
