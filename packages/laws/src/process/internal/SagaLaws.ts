/** The laws of sagas: when a saga ends, all steps are done, or all that can be compensated are, or its state lists the rest. */
import * as Saga from "@refold/core/process/Saga"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as ProcessRun from "./ProcessRun.ts"
import type * as SagaScript from "./SagaScript.ts"
import * as SagaSimulation from "./SagaSimulation.ts"

const simulate = (script: SagaScript.SagaScript, make: SagaSimulation.Make): SagaSimulation.Simulation =>
  SagaSimulation.runToCompletion(script.actions.reduce(SagaSimulation.applyAction, SagaSimulation.start(script, make)))

const stateOf = ({ saga: { run } }: SagaSimulation.Simulation): Saga.SagaState<SagaSimulation.Data> =>
  Result.getOrThrow(ProcessRun.instanceOf(run, "1").state)

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

/** Compared when every command is answered, every event delivered, and every timeout over. */
export const sagasAreAllOrNothing = (make: SagaSimulation.Make = Saga.makeUnsafe) =>
  Law.make<SagaScript.SagaScript>(
    "a saga that has ended has done all steps, or compensated all that it can, or lists the steps that remain",
    (script) => {
      const simulation = simulate(script, make)
      const state = stateOf(simulation)
      return {
        left: [state.status, inOrder(remainingSteps(simulation))],
        right: [state.status, expectedSteps(simulation, state)]
      }
    }
  )

const expectedSteps = (
  simulation: SagaSimulation.Simulation,
  state: Saga.SagaState<SagaSimulation.Data>
): ReadonlyArray<number> | string => {
  const { steps } = simulation.script
  switch (state.status) {
    case "Succeeded":
      return steps.map((_, step) => step)
    case "Compensated":
      return inOrder(remainingSteps(simulation).filter((step) => !steps[step]!.hasCompensation))
    case "CompensationFailed":
      return inOrder(state.completed)
    default:
      return "not a status of a saga that has ended"
  }
}

/**
 * The exception is a step that timed out and is done late: it is compensated as soon as that is known. A step that was not
 * done is not compensated.
 */
export const compensatesInReverse = (make: SagaSimulation.Make = Saga.makeUnsafe) =>
  Law.make<SagaScript.SagaScript>("a saga compensates its steps once each, in reverse order", (script) => {
    const simulation = simulate(script, make)
    const state = stateOf(simulation)
    const timedOut = state.status === "NotStarted" ? undefined : state.step
    const compensated = compensatedSteps(simulation)
    const done = new Set(inOrder(doneSteps(simulation)))
    const split = (steps: ReadonlyArray<number>) => ({
      inTime: steps.filter((step) => step !== timedOut),
      late: steps.filter((step) => step === timedOut)
    })
    return {
      left: split(compensated),
      right: split([...done].filter((step) => compensated.includes(step)).toReversed())
    }
  })
