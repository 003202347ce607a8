/** Sagas with one fault each. */
import * as Process from "@refold/core/process/Process"
import * as Saga from "@refold/core/process/Saga"
import type * as SagaSimulation from "../../../src/process/internal/SagaSimulation.ts"

/** Compensates its first steps first. */
export const compensatesInOrder: SagaSimulation.Make = (definition) => {
  const saga = Saga.makeUnsafe(definition)
  return Process.makeUnsafe<SagaSimulation.Event, Saga.SagaState<SagaSimulation.Data>>({
    ...saga,
    initialState: { status: "NotStarted" },
    evolve: (state, input, context) => {
      const next = saga.evolve(state, input, context)
      return state.status === "Running" && next.status === "Compensating"
        ? { ...next, toCompensate: next.toCompensate.toReversed() }
        : next
    },
    react: (state, input, context, before) => {
      const reactions = saga.react(state, input, context, before)
      if (before.status !== "Running" || state.status !== "Compensating") return reactions
      const { compensate, name } = definition.steps[state.toCompensate[0]!]!
      return reactions.map((one) => one._tag === "Send" ? { ...compensate!(state.data), label: `undo ${name}` } : one)
    }
  })
}

/** Compensates its last step instead of its first one, whether it was done or not. */
export const compensatesOtherSteps: SagaSimulation.Make = (definition) => {
  const undone = definition.steps.filter(({ compensate }) => compensate !== undefined)
  const opposite = (step: Saga.Step<SagaSimulation.Event, SagaSimulation.Data>) =>
    undone.at(-1 - undone.indexOf(step))?.compensate
  const [first, ...rest] = definition.steps.map((step) =>
    step.compensate === undefined ? step : { ...step, compensate: opposite(step) }
  )
  return Saga.makeUnsafe({ ...definition, steps: [first!, ...rest] })
}

/** Ignores that a step was done after its timeout. */
export const ignoresLateSuccesses: SagaSimulation.Make = (definition) => {
  const saga = Saga.makeUnsafe(definition)
  const isLate = (state: Saga.SagaState<SagaSimulation.Data>, input: object) =>
    state.status !== "NotStarted" && state.status !== "Running" &&
    "label" in input && String(input.label).startsWith("step")
  return Process.makeUnsafe<SagaSimulation.Event, Saga.SagaState<SagaSimulation.Data>>({
    ...saga,
    initialState: { status: "NotStarted" },
    evolve: (state, input, context) => isLate(state, input) ? state : saga.evolve(state, input, context),
    react: (state, input, context, before) => isLate(before, input) ? [] : saga.react(state, input, context, before)
  })
}
