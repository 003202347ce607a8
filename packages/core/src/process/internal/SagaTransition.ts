/** The transitions of a saga: the next state and the reactions for each input. */
import * as Option from "effect/Option"
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { InputContext, Signal } from "../ProcessInput.ts"
import * as Compensation from "./SagaCompensation.ts"
import { onEvent, remember } from "./SagaEvents.ts"
import * as Plan from "./SagaPlan.ts"
import type { InstancePlan, SagaPlan } from "./SagaPlan.ts"
import * as State from "./SagaState.ts"
import type { EarlierEvent, NotStarted, SagaState, Started, Transition } from "./SagaState.ts"
import * as Steps from "./SagaSteps.ts"

/** The transition for an input. */
export const transition = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: SagaState<Data>,
  input: Event | Signal,
  { envelope, instance }: InputContext
): Transition<Data> => {
  // Events have an envelope, signals have none.
  if (envelope === undefined) {
    return state.status === "NotStarted" ? State.unchanged(state) : onSignal(plan, state, input as Signal)
  }
  const event = input as Event
  const own = { ...plan, stream: `${plan.name}-${instance}` }
  return state.status === "NotStarted"
    ? start(own, state, event, envelope)
    : onEvent(own, state, event, envelope)
}

const start = <Event extends Tagged, Data>(
  plan: InstancePlan<Event, Data>,
  state: NotStarted,
  event: Event,
  envelope: Envelope
): Transition<Data> => {
  const first = startedBy(plan, state, event, envelope)
  if (first === undefined) {
    return State.unchanged(plan.startOn.includes(event._tag) ? keepEarlier(state, { event, envelope }) : state)
  }
  const known = (state.earlier ?? []).reduce(
    // Only events of the saga's own codec are kept.
    (next, earlier) => remember(plan, next, earlier.event as Event, earlier.envelope),
    first
  )
  return Steps.beginNext(plan, known)
}

/** The state of a saga that an event starts, before its first step; undefined if the event does not start it. */
export const startedBy = <Event extends Tagged, Data>(
  plan: Pick<SagaPlan<Event, Data>, "start" | "steps">,
  state: NotStarted,
  event: Event,
  envelope: Envelope
): Started<Data> | undefined => {
  // Only events of the saga's own codec are kept.
  const earlier = (state.earlier ?? []).map((one) => one.event as Event)
  const first = plan.start(event, envelope, earlier)
  return Option.isNone(first) ? undefined : State.started(first.value.data, plan.steps.map(({ name }) => name))
}

/** Maximum number of events that a saga keeps before it starts. */
export const maxEarlier = 100

/** Keeps an event until the saga starts. Throws if there are too many, which parks the instance. */
export const keepEarlier = (state: NotStarted, event: EarlierEvent): NotStarted => {
  const earlier = [...state.earlier ?? [], event]
  if (earlier.length > maxEarlier) {
    throw new Error(`more than ${maxEarlier} events of the types in startOn came before the event that starts the saga`)
  }
  return { ...state, earlier }
}

const onSignal = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  signal: Signal
): Transition<Data> => {
  if (signal._tag === "Resumed") return onResumed(plan, state)
  const name = signal._tag === "TimedOut" ? signal.name : signal.label
  if (name === state.step) return onStep(plan, state, signal)
  const [current] = state.toCompensate
  return state.status === "Compensating" && current !== undefined && name === Plan.compensationName(current)
    ? onCompensation(plan, state, current, signal)
    : State.unchanged(state)
}

// A saga that runs does not wait for a step that is not in the definition.
const onResumed = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  if (state.status === "CompensationFailed") return Compensation.resume(plan, state)
  const isRemoved = state.status === "Running" && Plan.stepOf(plan, state.step) === undefined
  return isRemoved ? Steps.completeStep(plan, state) : State.unchanged(state)
}

type Outcome = Exclude<Signal, { readonly _tag: "Resumed" }>

// A signal of the current step.
const onStep = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  signal: Outcome
): Transition<Data> => {
  const isRunning = state.status === "Running"
  switch (signal._tag) {
    case "CommandSucceeded":
      if (Plan.stepOf(plan, state.step)?.succeededOn !== undefined) return State.unchanged(state)
      return isRunning ? Steps.completeStep(plan, state) : Compensation.compensateLate(plan, state, state.step)
    case "TimedOut":
      return isRunning ? Steps.timeOutStep(plan, state) : State.unchanged(state)
    case "CommandRefused":
    case "CommandFailed":
      return isRunning ? Steps.failStep(plan, state, reasonOf(signal)) : State.unchanged(state)
  }
}

// A signal of the current compensation.
const onCompensation = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  step: string,
  signal: Outcome
): Transition<Data> => {
  switch (signal._tag) {
    case "CommandSucceeded":
      return Compensation.compensateNext(plan, state)
    case "TimedOut":
      return Compensation.compensateFirst(plan, state)
    case "CommandRefused":
    case "CommandFailed":
      return Compensation.retryLater(plan, state, { step, reason: reasonOf(signal) })
  }
}

const reasonOf = (signal: Extract<Signal, { readonly _tag: "CommandRefused" | "CommandFailed" }>): string =>
  signal._tag === "CommandRefused" ? `refused: ${JSON.stringify(signal.refusal)}` : signal.reason
