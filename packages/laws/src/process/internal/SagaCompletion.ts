/** Ends a simulation of a saga: nothing is lost, every command is answered, and all time passes. */
import type { Action } from "./SagaScript.ts"
import { applyAction, pendingOf, type Simulation, stateOf } from "./SagaSimulation.ts"

/** Runs a simulation until nothing is pending or undelivered. Throws if it does not end. */
export const runToCompletion = (simulation: Simulation): Simulation => {
  let current = simulation
  for (let n = 0; n < 500; n++) {
    const action = nextAction(current)
    if (action === undefined) return current
    current = applyAction(current, action)
  }
  throw new Error("the saga does not end")
}

/** The next action of an environment that loses nothing; undefined if nothing is pending or undelivered. */
export const nextAction = (simulation: Simulation): Action | undefined => {
  const { commands: [command], timeouts } = pendingOf(simulation)
  const { script: { compensationsSucceed, failingStep }, steps } = simulation
  if (simulation.undelivered.length > 0) return { _tag: "Deliver", which: 0 }
  if (simulation.outcome !== undefined) return { _tag: "Answer" }
  if (command !== undefined) {
    const isCompensation = command.label.startsWith("undo")
    const failing = steps.find(({ number }) => number === failingStep)
    const isFailing = failing !== undefined && [failing.name, ...failing.formerNames ?? []].includes(command.label)
    const succeeds = isCompensation ? compensationsSucceed : !isFailing
    return { _tag: "Handle", outcome: succeeds ? "Succeeded" : "Refused", isDone: true }
  }
  if (timeouts.length > 0) return { _tag: "AdvanceTime", minutes: 600 }
  // An operator resumes a saga whose current step was removed.
  return standsAtRemovedStep(simulation) ? { _tag: "Resume" } : undefined
}

const standsAtRemovedStep = (simulation: Simulation): boolean => {
  const state = stateOf(simulation)
  return state.status === "Running" && numberOf(simulation, state.step) === undefined
}

/** The number of the step with this present or former name; undefined if the definition has none. */
export const numberOf = ({ steps }: Pick<Simulation, "steps">, step: string): number | undefined =>
  steps.find(({ formerNames = [], name }) => [name, ...formerNames].includes(step))?.number
