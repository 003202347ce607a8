/** The compensation of a saga: step by step in reverse order, with retries and exponential backoff. */
import * as Duration from "effect/Duration"
import { schedule, type Send } from "./Reaction.ts"
import { compensationName, type SagaPlan, type Started, type Transition, unchanged } from "./SagaState.ts"

/** The commands sent at the end. Their labels are kept apart from those of steps. */
export const finalCommands = <Event, Data>(
  { steps }: SagaPlan<Event, Data>,
  sends: ReadonlyArray<Send> = []
): ReadonlyArray<Send> => {
  const taken = steps.flatMap(({ name }) => [name, compensationName(name)])
  return sends.map((send) => taken.includes(send.label) ? { ...send, label: `${send.label} at the end` } : send)
}

// Compensates the first step; if none is left, the saga is compensated. It is not completed: a step that timed out may
// still succeed.
export const compensateFirst = <Event, Data>(plan: SagaPlan<Event, Data>, state: Started<Data>): Transition<Data> => {
  const { data, failure, failureHandled, toCompensate: [first] } = state
  if (first === undefined) {
    const reactions = failureHandled ? [] : finalCommands(plan, plan.onFailure?.(data, failure))
    return { state: { ...state, status: "Compensated", failureHandled: true }, reactions }
  }
  const { compensate, name } = plan.steps[first]!
  // Only steps with a compensation are in `toCompensate`.
  return { state, reactions: [{ ...compensate!(data), label: compensationName(name) }] }
}

export const compensateNext = <Event, Data>(plan: SagaPlan<Event, Data>, state: Started<Data>): Transition<Data> => {
  const [compensated, ...toCompensate] = state.toCompensate
  const completed = state.completed.filter((step) => step !== compensated)
  return compensateFirst(plan, { ...state, completed, toCompensate, attempts: 0 })
}

export const retryLater = <Event, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  reason: string
): Transition<Data> => {
  const attempts = state.attempts + 1
  const { name } = plan.steps[state.toCompensate[0]!]!
  if (attempts >= plan.attempts) {
    const failure = `${state.failure}; ${compensationName(name)}: ${reason}`
    return unchanged({ ...state, status: "CompensationFailed", attempts, failure })
  }
  const delay = Duration.times(plan.backoff, 2 ** (attempts - 1))
  return { state: { ...state, attempts }, reactions: [schedule(compensationName(name), delay)] }
}

// A step that had failed succeeded late: it is compensated, too, before the other remaining steps.
export const compensateLate = <Event, Data>(plan: SagaPlan<Event, Data>, state: Started<Data>): Transition<Data> => {
  const completed = [...state.completed, state.step]
  if (plan.steps[state.step]!.compensate === undefined) return unchanged({ ...state, completed })
  if (state.status === "Compensated") {
    return compensateFirst(plan, {
      ...state,
      status: "Compensating",
      completed,
      toCompensate: [state.step],
      attempts: 0
    })
  }
  const [current, ...rest] = state.toCompensate
  const toCompensate = current === undefined ? [state.step] : [current, state.step, ...rest]
  return unchanged({ ...state, completed, toCompensate })
}
