/** The laws of sagas: when a saga ends, all steps are done, or all that can be compensated are, or its state lists the rest. */
import * as Saga from "@refold/core/process/Saga"
import * as Law from "../../kit/Law.ts"
import * as SagaChange from "./SagaChange.ts"
import { numberOf, runToCompletion } from "./SagaCompletion.ts"
import * as SagaEarly from "./SagaEarly.ts"
import { type Data, isCompensatedOnTimeout, type Make, stepsOf } from "./SagaEnvironment.ts"
import type * as SagaScript from "./SagaScript.ts"
import * as SagaSimulation from "./SagaSimulation.ts"

const simulate = (script: SagaScript.SagaScript, make: Make): SagaSimulation.Simulation =>
  runToCompletion(script.actions.reduce(SagaSimulation.applyAction, SagaSimulation.start(script, make)))

const inOrder = (steps: ReadonlyArray<number>): ReadonlyArray<number> => steps.toSorted((one, two) => one - two)

const doneSteps = ({ executions }: SagaSimulation.Simulation): ReadonlyArray<number> =>
  executions.flatMap(({ isCompensation, step }) => isCompensation ? [] : [step])

const compensatedSteps = ({ executions }: SagaSimulation.Simulation): ReadonlyArray<number> =>
  executions.flatMap(({ isCompensation, step }) => isCompensation ? [step] : [])

// Each execution counts, so that a step that was done twice is not balanced by another that was compensated twice.
const remainingSteps = (simulation: SagaSimulation.Simulation): ReadonlyArray<number> =>
  compensatedSteps(simulation).reduce(
    (steps, compensated) => steps.toSpliced(steps.indexOf(compensated), steps.includes(compensated) ? 1 : 0),
    doneSteps(simulation)
  )

// The completed steps; without those that were only assumed to be done, because they timed out.
const completedSteps = (
  simulation: SagaSimulation.Simulation,
  { completed }: { readonly completed: ReadonlyArray<string> }
): ReadonlyArray<number> =>
  completed.flatMap((name) => numberOf(simulation, name) ?? []).filter((step) => {
    const shape = simulation.steps.find(({ number }) => number === step)!
    return !isCompensatedOnTimeout(shape) || doneSteps(simulation).includes(step)
  })

/** Compared when every command is answered, every event delivered, and every timeout over. */
export const sagasAreAllOrNothing = (make: Make = Saga.makeUnsafe) =>
  Law.make<SagaScript.SagaScript>(
    "a saga that has ended has done all steps, or compensated all that it can, or lists the steps that remain",
    (script) => {
      const simulation = simulate(script, make)
      const state = SagaSimulation.stateOf(simulation)
      return {
        left: [state.status, inOrder(remainingSteps(simulation))],
        right: [state.status, expectedSteps(simulation, state)]
      }
    }
  )

const expectedSteps = (
  simulation: SagaSimulation.Simulation,
  state: Saga.SagaState<Data>
): ReadonlyArray<number> | string => {
  const { steps } = simulation
  switch (state.status) {
    case "Succeeded":
      return steps.map(({ number }) => number)
    case "Compensated":
      return inOrder(remainingSteps(simulation).filter((step) => !steps[step]!.hasCompensation))
    case "CompensationFailed":
      return inOrder(completedSteps(simulation, state))
    default:
      return "not a status of a saga that has ended"
  }
}

/**
 * The exception is a step that is done late: it is compensated as soon as that is known. A step that was not done is not
 * compensated, unless its definition has `compensateOnTimeout`.
 */
export const compensatesInReverse = (make: Make = Saga.makeUnsafe) =>
  Law.make<SagaScript.SagaScript>("a saga compensates its steps once each, in reverse order", (script) => {
    const simulation = simulate(script, make)
    const state = SagaSimulation.stateOf(simulation)
    // The steps from this one on may be done late.
    const failed = state.status === "NotStarted" ? undefined : numberOf(simulation, state.step)
    const compensated = compensatedSteps(simulation)
    const onTimeout = stepsOf(script.steps).filter(isCompensatedOnTimeout).map(({ number }) => number)
    const possible = new Set(inOrder([...doneSteps(simulation), ...onTimeout.filter((step) => step === failed)]))
    const split = (steps: ReadonlyArray<number>) => ({
      inTime: steps.filter((step) => step < (failed ?? 0)),
      late: inOrder(steps.filter((step) => step >= (failed ?? 0)))
    })
    return {
      left: split(compensated),
      right: split([...possible].filter((step) => compensated.includes(step)).toReversed())
    }
  })

/** Compared with the same saga that observes the event as soon as the step has begun. */
export const earlyEventsCount = (make: Make = Saga.makeUnsafe) =>
  Law.make<SagaEarly.EarlyScript>(
    "an event that comes before its step begins has the effect that it has after",
    (script) => ({
      left: SagaEarly.outcomeOf(script, "Early", make),
      right: SagaEarly.outcomeOf(script, "InTime", make)
    })
  )

/** A change adds, removes, retires, renames or moves a step. An operator resumes a saga whose current step was removed. */
export const changesKeepSagasGoing = (make: Make = Saga.makeUnsafe) =>
  Law.make<SagaChange.ChangedScript>(
    "a saga whose steps change while it runs ends, with no step done twice and none omitted",
    ({ after, change, script }) => {
      const begun = script.actions.slice(0, after).reduce(
        SagaSimulation.applyAction,
        SagaSimulation.start(script, make)
      )
      const steps = SagaChange.apply(begun.steps, change)
      const changed = SagaSimulation.deploy(begun, steps, make)
      const simulation = runToCompletion(script.actions.slice(after).reduce(SagaSimulation.applyAction, changed))
      const state = SagaSimulation.stateOf(simulation)
      const done = doneSteps(simulation)
      const mayLackAdded = SagaSimulation.stateOf(begun).status === "Succeeded" || !SagaChange.addsLast(change, steps)
      return {
        left: { status: state.status, done: inOrder(done), forgotten: forgottenSteps(simulation, state, mayLackAdded) },
        right: { status: endOf(state), done: inOrder([...new Set(done)]), forgotten: [] }
      }
    }
  )

const endOf = ({ status }: Saga.SagaState<Data>): string =>
  ["Succeeded", "Compensated", "CompensationFailed"].includes(status) ? status : "an end"

// A saga that succeeded has done its steps, except one that was added before its current step or after its end; a saga
// that failed has compensated the steps of its definition, or lists them.
const forgottenSteps = (
  simulation: SagaSimulation.Simulation,
  state: Saga.SagaState<Data>,
  mayLackAdded: boolean
): ReadonlyArray<number> => {
  if (state.status === "NotStarted") return []
  const listed = completedSteps(simulation, state)
  const remaining = remainingSteps(simulation)
  const steps = simulation.steps.filter(({ number }) => !(mayLackAdded && number === SagaChange.added))
  if (state.status !== "Succeeded") {
    return remaining.filter((step) =>
      steps.some(({ hasCompensation, number }) => number === step && hasCompensation) && !listed.includes(step)
    )
  }
  return steps.filter(({ number, retired }) => retired !== true && !remaining.includes(number)).map(({ number }) =>
    number
  )
}
