/** The transitions of a saga: the next state and the reactions for each input. */
import * as Option from "effect/Option"
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { InputContext, Signal } from "../ProcessInput.ts"
import { cancel, complete, schedule } from "./Reaction.ts"
import * as Compensation from "./SagaCompensation.ts"
import {
  compensationName,
  type SagaPlan,
  type SagaState,
  type Started,
  type Transition,
  unchanged
} from "./SagaState.ts"

/** The transition for an input. */
export const transition = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: SagaState<Data>,
  input: Event | Signal,
  { envelope }: InputContext
): Transition<Data> => {
  if (state.status === "NotStarted") {
    // Events have an envelope, signals have none.
    const started = envelope === undefined ? Option.none() : plan.start(input as Event, envelope)
    if (Option.isNone(started)) return unchanged(state)
    const { data } = started.value
    return startStep(plan, {
      status: "Running",
      data,
      step: 0,
      completed: [],
      toCompensate: [],
      attempts: 0,
      failure: "",
      failureHandled: false
    })
  }
  return envelope === undefined
    ? onSignal(plan, state, input as Signal)
    : isOfOtherStep(plan.steps[state.step]!, plan, envelope)
    ? unchanged(state)
    : onEvent(plan, state, input as Event, envelope)
}

// An event of another command of this saga does not concern the current step.
const isOfOtherStep = (
  { name }: { readonly name: string },
  saga: { readonly name: string },
  { metadata }: Envelope
): boolean => {
  const { process, processLabel } = metadata
  return typeof process === "string" && process.startsWith(`${saga.name}-`) && processLabel !== undefined &&
    processLabel !== name
}

// An event: the current step succeeded or failed, or a step that had failed succeeded late.
const onEvent = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  event: Event,
  envelope: Envelope
): Transition<Data> => {
  const { failedOn, succeededOn } = plan.steps[state.step]!
  if (succeededOn?.(event, state.data, envelope) === true) return completeStep(plan, state)
  return state.status === "Running" && failedOn?.(event, state.data, envelope) === true
    ? failStep(plan, state, event._tag)
    : unchanged(state)
}

const onSignal = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  signal: Signal
): Transition<Data> => {
  const step = plan.steps[state.step]!
  const [current] = state.toCompensate
  const compensation = current === undefined ? undefined : compensationName(plan.steps[current]!.name)
  switch (signal._tag) {
    case "CommandSucceeded":
      if (signal.label === step.name && step.succeededOn === undefined) return completeStep(plan, state)
      return state.status === "Compensating" && signal.label === compensation
        ? Compensation.compensateNext(plan, state)
        : unchanged(state)
    case "CommandRefused":
    case "CommandFailed": {
      if (signal.label === step.name && state.status === "Running") return failStep(plan, state, reasonOf(signal))
      return state.status === "Compensating" && signal.label === compensation
        ? Compensation.retryLater(plan, state, reasonOf(signal))
        : unchanged(state)
    }
    case "TimedOut":
      if (signal.name === step.name && state.status === "Running") return failStep(plan, state, timedOut)
      return state.status === "Compensating" && signal.name === compensation
        ? Compensation.compensateFirst(plan, state)
        : unchanged(state)
    case "Resumed":
      return state.status === "CompensationFailed"
        ? Compensation.compensateFirst(plan, { ...state, status: "Compensating", attempts: 0 })
        : unchanged(state)
  }
}

const reasonOf = (signal: Extract<Signal, { readonly _tag: "CommandRefused" | "CommandFailed" }>): string =>
  signal._tag === "CommandRefused" ? `refused: ${JSON.stringify(signal.refusal)}` : signal.reason

// Starts the current step.
const startStep = <Event, Data>({ steps }: SagaPlan<Event, Data>, state: Started<Data>): Transition<Data> => {
  const { command, name, timeout } = steps[state.step]!
  return {
    state,
    reactions: [...timeout === undefined ? [] : [schedule(name, timeout)], { ...command(state.data), label: name }]
  }
}

const completeStep = <Event, Data>(plan: SagaPlan<Event, Data>, state: Started<Data>): Transition<Data> => {
  const { completed, step } = state
  if (completed.includes(step) || state.status === "Succeeded") return unchanged(state)
  if (state.status !== "Running") return Compensation.compensateLate(plan, state)
  const after: Started<Data> = { ...state, completed: [...completed, step] }
  const { name, timeout } = plan.steps[step]!
  const { reactions, state: next } = step + 1 < plan.steps.length
    ? startStep(plan, { ...after, step: step + 1 })
    : completeSaga(plan, after)
  return { state: next, reactions: [...timeout === undefined ? [] : [cancel(name)], ...reactions] }
}

const completeSaga = <Event, Data>(plan: SagaPlan<Event, Data>, state: Started<Data>): Transition<Data> => ({
  state: { ...state, status: "Succeeded" },
  reactions: [...Compensation.finalCommands(plan, plan.onSuccess?.(state.data)), complete]
})

const failStep = <Event, Data>(plan: SagaPlan<Event, Data>, state: Started<Data>, reason: string): Transition<Data> => {
  const { name, timeout } = plan.steps[state.step]!
  const failure = `${name}: ${reason}`
  const toCompensate = state.completed.toReversed().filter((step) => plan.steps[step]!.compensate !== undefined)
  const { reactions, state: next } = Compensation.compensateFirst(plan, {
    ...state,
    status: "Compensating",
    failure,
    toCompensate
  })
  const isPending = timeout !== undefined && reason !== timedOut
  return { state: next, reactions: [...isPending ? [cancel(name)] : [], ...reactions] }
}

const timedOut = "timed out"
