/** Sagas with one fault each. */
import * as Process from "@refold/core/process/Process"
import * as Saga from "@refold/core/process/Saga"
import type * as SagaWorld from "../../src/process/internal/SagaWorld.ts"

/** Takes its first steps back first. */
export const compensatesInOrder: SagaWorld.Make = (definition) => {
  const saga = Saga.makeUnsafe(definition)
  return Process.makeUnsafe<SagaWorld.Event, Saga.SagaState<SagaWorld.Data>>({
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

/** Takes back its last step for its first one, whether that was done or not. */
export const compensatesOtherSteps: SagaWorld.Make = (definition) => {
  const undone = definition.steps.filter(({ compensate }) => compensate !== undefined)
  const opposite = (step: Saga.Step<SagaWorld.Event, SagaWorld.Data>) =>
    undone.at(-1 - undone.indexOf(step))?.compensate
  const [first, ...rest] = definition.steps.map((step) =>
    step.compensate === undefined ? step : { ...step, compensate: opposite(step) }
  )
  return Saga.makeUnsafe({ ...definition, steps: [first!, ...rest] })
}

/** What was given up is given up, whoever says that it was done. */
export const forgetsLateSuccesses: SagaWorld.Make = (definition) => {
  const saga = Saga.makeUnsafe(definition)
  const isLate = (state: Saga.SagaState<SagaWorld.Data>, input: object) =>
    state.status !== "NotStarted" && state.status !== "Running" &&
    "label" in input && String(input.label).startsWith("step")
  return Process.makeUnsafe<SagaWorld.Event, Saga.SagaState<SagaWorld.Data>>({
    ...saga,
    initialState: { status: "NotStarted" },
    evolve: (state, input, context) => isLate(state, input) ? state : saga.evolve(state, input, context),
    react: (state, input, context, before) => isLate(before, input) ? [] : saga.react(state, input, context, before)
  })
}
