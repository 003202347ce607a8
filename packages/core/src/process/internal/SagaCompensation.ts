/** The compensation of a saga: step by step in reverse order, with retries and exponential backoff. */
import * as Duration from "effect/Duration"
import type { Tagged } from "../../event/EventType.ts"
import { schedule, type Send } from "./Reaction.ts"
import * as Plan from "./SagaPlan.ts"
import { compensationName, type SagaPlan } from "./SagaPlan.ts"
import { type Started, type Transition, unchanged } from "./SagaState.ts"

/** The commands sent at the end. Their labels are kept apart from those of steps. */
export const finalCommands = <Event extends Tagged, Data>(
  { steps }: SagaPlan<Event, Data>,
  sends: ReadonlyArray<Send> = []
): ReadonlyArray<Send> => {
  const taken = steps.flatMap((step) => Plan.namesOf(step).flatMap((name) => [name, compensationName(name)]))
  return sends.map((send) => taken.includes(send.label) ? { ...send, label: `${send.label} at the end` } : send)
}

/** Compensates these completed steps, the last one first. */
export const compensateAll = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> =>
  compensateFirst(plan, {
    ...state,
    status: "Compensating",
    toCompensate: state.completed.toReversed().filter((step) => Plan.isCompensable(plan, state, step))
  })

// Compensates the first step; if none is left, the saga is compensated. It is not completed: a step may still be done late.
export const compensateFirst = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  const { data, failure, failureHandled, toCompensate: [first, ...rest] } = state
  if (first === undefined) {
    const reactions = failureHandled ? [] : finalCommands(plan, plan.onFailure?.(data, failure))
    return { state: { ...state, status: "Compensated", failureHandled: true }, reactions }
  }
  const step = Plan.stepOf(plan, first)
  if (step === undefined) return unchanged(withoutStep(state, first))
  // In a newer definition the step may have no compensation.
  if (step.compensate === undefined) return compensateFirst(plan, { ...state, toCompensate: rest, attempts: 0 })
  return { state, reactions: [{ ...step.compensate(data), label: compensationName(first) }] }
}

// An operator has to decide, since this code cannot compensate the step.
const withoutStep = <Data>(state: Started<Data>, step: string): Started<Data> => {
  const reason = `step "${step}" is not in the definition: add it as a retired step, or resume to continue without it`
  return { ...state, status: "CompensationFailed", failure: `${state.failure}; ${compensationName(step)}: ${reason}` }
}

export const compensateNext = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  const [current, ...toCompensate] = state.toCompensate
  const completed = state.completed.filter((step) => step !== current)
  const compensated = current === undefined ? state.compensated : [...state.compensated, current]
  return compensateFirst(plan, { ...state, completed, compensated, toCompensate, attempts: 0 })
}

export const retryLater = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  { reason, step }: { readonly step: string; readonly reason: string }
): Transition<Data> => {
  const attempts = state.attempts + 1
  const name = compensationName(step)
  if (attempts >= plan.attempts) {
    return unchanged({
      ...state,
      status: "CompensationFailed",
      attempts,
      failure: `${state.failure}; ${name}: ${reason}`
    })
  }
  const delay = Duration.times(plan.backoff, 2 ** (attempts - 1))
  return { state: { ...state, attempts }, reactions: [schedule(name, delay)] }
}

// An operator resumes: a step that the definition does not have is left as it is.
export const resume = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  const [first, ...rest] = state.toCompensate
  const isUnknown = first !== undefined && Plan.stepOf(plan, first) === undefined
  const toCompensate = isUnknown ? rest : state.toCompensate
  return compensateFirst(plan, { ...state, status: "Compensating", toCompensate, attempts: 0 })
}

// A step of a saga that has failed is done late: it is compensated, too, before the other remaining steps.
export const compensateLate = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  step: string
): Transition<Data> => {
  if ([...state.completed, ...state.compensated].includes(step)) return unchanged(state)
  const completed = [...state.completed, step]
  if (!Plan.isCompensable(plan, state, step)) return unchanged({ ...state, completed })
  if (state.status === "Compensated") {
    return compensateFirst(plan, { ...state, status: "Compensating", completed, toCompensate: [step], attempts: 0 })
  }
  const [current, ...rest] = state.toCompensate
  const toCompensate = current === undefined ? [step] : [current, step, ...rest]
  return unchanged({ ...state, completed, toCompensate })
}
