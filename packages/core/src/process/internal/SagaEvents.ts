/** Events for a saga: they complete or fail its current step, or are kept for a step that has not begun. */
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import * as Compensation from "./SagaCompensation.ts"
import * as Plan from "./SagaPlan.ts"
import type { InstancePlan, Step } from "./SagaPlan.ts"
import { type EarlyOutcome, type Started, type Transition, unchanged } from "./SagaState.ts"
import * as Steps from "./SagaSteps.ts"

/** The transition for an event. */
export const onEvent = <Event extends Tagged, Data>(
  plan: InstancePlan<Event, Data>,
  state: Started<Data>,
  event: Event,
  envelope: Envelope
): Transition<Data> => {
  if (state.status === "Succeeded") return unchanged(state)
  if (state.status !== "Running") return onLateEvent(plan, state, event, envelope)
  const outcome = outcomeOf(plan, Plan.stepOf(plan, state.step), { event, envelope, data: state.data })
  return outcome === undefined
    ? unchanged(remember(plan, state, event, envelope))
    : outcome.succeeded
    ? Steps.completeStep(plan, state)
    : Steps.failStep(plan, state, event._tag)
}

/** The state with the outcome that an event gives a step that has not begun. A success replaces a failure. */
export const remember = <Event extends Tagged, Data>(
  plan: InstancePlan<Event, Data>,
  state: Started<Data>,
  event: Event,
  envelope: Envelope
): Started<Data> => {
  for (const step of Plan.upcoming(plan, state)) {
    const outcome = outcomeOf(plan, step, { event, envelope, data: state.data })
    const known = Steps.earlyOf(state, step)
    if (outcome === undefined || known !== undefined && (known.succeeded || !outcome.succeeded)) continue
    return { ...state, early: [...state.early.filter((other) => other !== known), outcome] }
  }
  return state
}

interface Observed<Event, Data> {
  readonly event: Event
  readonly envelope: Envelope
  readonly data: Data
}

// An event completes a step of a saga that has failed: the current step, or one that never began.
const onLateEvent = <Event extends Tagged, Data>(
  plan: InstancePlan<Event, Data>,
  state: Started<Data>,
  event: Event,
  envelope: Envelope
): Transition<Data> => {
  const observed = { event, envelope, data: state.data }
  const current = Plan.stepOf(plan, state.step)
  const late = [...current === undefined ? [] : [current], ...Plan.upcoming(plan, state)].find((step) =>
    !Plan.includes([...state.completed, ...state.compensated], step) &&
    outcomeOf(plan, step, observed)?.succeeded === true
  )
  if (late === undefined) return unchanged(state)
  return Compensation.compensateLate(plan, state, Plan.includes([state.step], late) ? state.step : late.name)
}

// An event of another command of this instance does not concern the step; one of another instance may.
const outcomeOf = <Event extends Tagged, Data>(
  plan: { readonly stream: string },
  step: Step<Event, Data> | undefined,
  { data, envelope, event }: Observed<Event, Data>
): EarlyOutcome | undefined => {
  if (step === undefined || isOfOtherStep(plan, step, envelope)) return undefined
  const outcome = { step: step.name, event: event._tag }
  if (step.succeededOn?.(event, data, envelope) === true) return { ...outcome, succeeded: true }
  return step.failedOn?.(event, data, envelope) === true ? { ...outcome, succeeded: false } : undefined
}

const isOfOtherStep = (
  { stream }: { readonly stream: string },
  step: Step<never, never>,
  { metadata: { process, processLabel } }: Envelope
): boolean =>
  process === stream && processLabel !== undefined &&
  !(typeof processLabel === "string" && Plan.namesOf(step).includes(processLabel))
