/** The steps of a saga: each begins, is completed, and is followed by the next; one that fails starts the compensation. */
import type { Tagged } from "../../event/EventType.ts"
import { cancel, complete, schedule, type Send } from "./Reaction.ts"
import * as Compensation from "./SagaCompensation.ts"
import * as Plan from "./SagaPlan.ts"
import type { SagaPlan, Step } from "./SagaPlan.ts"
import type { EarlyOutcome, Started, Transition } from "./SagaState.ts"

/** The outcome that an event gave this step before the step began. */
export const earlyOf = <Event, Data>(
  { early }: Pick<Started<Data>, "early">,
  step: Step<Event, Data>
): EarlyOutcome | undefined => early.find((outcome) => Plan.includes([outcome.step], step))

/** Begins the next step; a step with an early outcome is completed or fails at once. Without a next step, the saga ends. */
export const beginNext = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  const upcoming = Plan.upcoming(plan, state)
  const next = upcoming.find(({ retired }) => retired !== true)
  if (next === undefined) return completeSaga(plan, state)
  const { compensate, name, timeout } = next
  const outcome = earlyOf(state, next)
  const begun: Started<Data> = {
    ...state,
    step: name,
    ahead: upcoming.filter((step) => step !== next).map((step) => step.name),
    early: state.early.filter((other) => other !== outcome),
    compensable: compensate === undefined ? state.compensable : [...state.compensable, name]
  }
  if (outcome?.succeeded === false) return fail(plan, begun, outcome.event)
  // The command is sent even if the step is already completed: a saga sends the same commands in any order of events.
  const send = sendOf(next, state.data)
  if (outcome === undefined) {
    return { state: begun, reactions: [...timeout === undefined ? [] : [schedule(name, timeout)], send] }
  }
  const after = beginNext(plan, { ...begun, completed: [...begun.completed, name] })
  return { ...after, reactions: [send, ...after.reactions] }
}

const sendOf = <Event, Data>({ command, name }: Step<Event, Data>, data: Data): Send => ({
  ...command(data),
  label: name
})

/** Completes the current step. */
export const completeStep = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  const { reactions, state: next } = beginNext(plan, { ...state, completed: [...state.completed, state.step] })
  return { state: next, reactions: [...cancelTimeout(plan, state), ...reactions] }
}

// A step that is not in the definition may have had a timeout.
const cancelTimeout = <Event extends Tagged, Data>(plan: SagaPlan<Event, Data>, { step }: Started<Data>) => {
  const known = Plan.stepOf(plan, step)
  return known !== undefined && known.timeout === undefined ? [] : [cancel(step)]
}

const completeSaga = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => ({
  state: { ...state, status: "Succeeded" },
  reactions: [...Compensation.finalCommands(plan, plan.onSuccess?.(state.data)), complete]
})

/** The transition when the current step fails. */
export const failStep = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  reason: string
): Transition<Data> => {
  const { reactions, state: next } = fail(plan, state, reason)
  return { state: next, reactions: [...cancelTimeout(plan, state), ...reactions] }
}

/** The transition when the current step times out: it may be done or not. */
export const timeOutStep = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>
): Transition<Data> => {
  const isDone = Plan.stepOf(plan, state.step)?.compensateOnTimeout === true
  return fail(plan, isDone ? { ...state, completed: [...state.completed, state.step] } : state, "timed out")
}

// A step that an event completed before it began is compensated, too.
const fail = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  state: Started<Data>,
  reason: string
): Transition<Data> => {
  const early = Plan.upcoming(plan, state).filter((step) => earlyOf(state, step)?.succeeded === true)
  return Compensation.compensateAll(plan, {
    ...state,
    early: [],
    completed: [...state.completed, ...early.map(({ name }) => name)],
    failure: `${state.step}: ${reason}`
  })
}
