/** Sagas with one fault each. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import * as Saga from "@refold/core/process/Saga"
import type { Data, Event, Make } from "../../../src/process/internal/SagaEnvironment.ts"
import * as TransferRun from "../../../src/process/internal/TransferRun.ts"
import * as Transfers from "../../../src/process/internal/Transfers.ts"

/** Compensates its first steps first. */
export const compensatesInOrder: Make = (definition) => {
  const saga = Saga.makeUnsafe(definition)
  return Process.makeUnsafe<Event, Saga.SagaState<Data>>({
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
      const { compensate, name } = definition.steps.find(({ name }) => name === state.toCompensate[0])!
      return reactions.map((one) => one._tag === "Send" ? { ...compensate!(state.data), label: `undo ${name}` } : one)
    }
  })
}

/** Compensates its last step instead of its first one, whether it was done or not. */
export const compensatesOtherSteps: Make = (definition) => {
  const undone = definition.steps.filter(({ compensate }) => compensate !== undefined)
  const opposite = (step: Saga.Step<Event, Data>) => undone.at(-1 - undone.indexOf(step))?.compensate
  const [first, ...rest] = definition.steps.map((step) =>
    step.compensate === undefined ? step : { ...step, compensate: opposite(step) }
  )
  return Saga.makeUnsafe({ ...definition, steps: [first!, ...rest] })
}

/** Ignores that a step was done after its timeout. */
export const ignoresLateSuccesses: Make = (definition) => {
  const saga = Saga.makeUnsafe(definition)
  const isLate = (state: Saga.SagaState<Data>, input: object) =>
    state.status !== "NotStarted" && state.status !== "Running" &&
    "label" in input && String(input.label).startsWith("step")
  return Process.makeUnsafe<Event, Saga.SagaState<Data>>({
    ...saga,
    initialState: { status: "NotStarted" },
    evolve: (state, input, context) => isLate(state, input) ? state : saga.evolve(state, input, context),
    react: (state, input, context, before) => isLate(before, input) ? [] : saga.react(state, input, context, before)
  })
}

// The saga without the early outcomes of steps that have not begun.
const forgetting = <E extends Tagged, D>(saga: Saga.Saga<E, D>): Saga.Saga<E, D> =>
  Process.makeUnsafe<E, Saga.SagaState<D>>({
    ...saga,
    initialState: { status: "NotStarted" },
    evolve: (state, input, context) => {
      const next = saga.evolve(state, input, context)
      return next.status === "NotStarted" ? next : { ...next, early: [] }
    }
  })

/** Forgets events that come before their step begins, or before it starts. */
export const forgetsEarlyEvents: Make = (definition) => forgetting(Saga.makeUnsafe(definition))

/** The same on a store. */
export const forgetsEarlyAnswers: TransferRun.Implementation = {
  ...TransferRun.standard,
  transfers: (name, options) => forgetting(Transfers.make(name, options))
}

/** Folds its state from the inputs again, under the new definition. */
export const foldsAgain: Make = (definition) =>
  Process.makeUnsafe<Event, Saga.SagaState<Data>>({
    ...Saga.makeUnsafe(definition),
    initialState: { status: "NotStarted" },
    progress: undefined
  })

/** A compensated saga has no end. */
export const neverEndsCompensated: TransferRun.Implementation = {
  ...TransferRun.standard,
  transfers: (name, options) =>
    Process.makeUnsafe({ ...Transfers.make(name, options), initialState: { status: "NotStarted" }, endPhases: [] })
}
