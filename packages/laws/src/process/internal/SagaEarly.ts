/** A saga that observes the event of a step early: before the step begins, or before the saga starts. */
import * as fc from "fast-check"
import { nextAction, numberOf, runToCompletion } from "./SagaCompletion.ts"
import type { Make } from "./SagaEnvironment.ts"
import * as SagaScript from "./SagaScript.ts"
import * as SagaSimulation from "./SagaSimulation.ts"

/** A saga whose commands all succeed, and a step that another program does or fails. */
export interface EarlyScript {
  readonly steps: SagaScript.SagaScript["steps"]
  /** The step, modulo the number of steps; an event confirms it. */
  readonly step: number
  readonly isDone: boolean
  /** The step at which the event comes early, modulo the number of the steps before it; -1 is before the start. */
  readonly at: number
  readonly compensationsSucceed: boolean
}

/** Sagas of one to four steps. */
export const arbitrary: fc.Arbitrary<EarlyScript> = SagaScript.arbitrary.chain(({ compensationsSucceed, steps }) =>
  fc.record({
    steps: fc.constant(steps),
    step: fc.nat(steps.length - 1),
    isDone: fc.boolean(),
    at: fc.integer({ min: -1, max: 3 }),
    compensationsSucceed: fc.constant(compensationsSucceed)
  })
)

/** The outcome of the saga. */
export const outcomeOf = (
  { at, compensationsSucceed, isDone, step, steps }: EarlyScript,
  when: "Early" | "InTime",
  make: Make
) => {
  const simulation = SagaSimulation.prepare({
    steps: steps.map((shape, number) => number === step ? { ...shape, confirmedByEvent: true } : shape),
    attempts: 1,
    actions: [],
    failingStep: -1,
    compensationsSucceed
  }, make)
  const tellAndDeliver = (before: SagaSimulation.Simulation) => {
    const reported = SagaSimulation.applyAction(before, { _tag: "Tell", which: step, isDone })
    return SagaSimulation.applyAction(reported, { _tag: "Deliver", which: reported.undelivered.length - 1 })
  }
  const from = when === "InTime" ? step : at < 0 || step === 0 ? -1 : at % step
  const begun = SagaSimulation.begin(from < 0 ? tellAndDeliver(simulation) : simulation)
  return SagaSimulation.stateOf(runToCompletion(from < 0 ? begun : tellAndDeliver(runToStep(begun, from))))
}

const runToStep = (simulation: SagaSimulation.Simulation, step: number): SagaSimulation.Simulation => {
  let current = simulation
  for (;;) {
    const state = SagaSimulation.stateOf(current)
    const action = nextAction(current)
    const isThere = state.status === "Running" && numberOf(current, state.step) === step
    if (isThere || action === undefined) return current
    current = SagaSimulation.applyAction(current, action)
  }
}
