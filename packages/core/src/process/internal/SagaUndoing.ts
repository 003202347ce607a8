/** How a saga takes back what it did: step by step in reverse order, ever more slowly where that fails. */
import * as Duration from "effect/Duration"
import { schedule, type Send } from "./Reaction.ts"
import { type Move, type Script, type Started, stay, undoing } from "./SagaState.ts"

/** What is sent at the end: it must not be taken for a step when its outcome is heard. */
export const last = <Event, Data>(
  { steps }: Script<Event, Data>,
  sends: ReadonlyArray<Send> = []
): ReadonlyArray<Send> => {
  const taken = steps.flatMap(({ name }) => [name, undoing(name)])
  return sends.map((send) => taken.includes(send.label) ? { ...send, label: `${send.label} at the end` } : send)
}

// Undoes what comes first; where nothing is left, the saga is compensated. It is not over: a step that timed out may
// yet be done.
export const undoFirst = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const { data, failure, isTold, undo: [first] } = state
  if (first === undefined) {
    const reactions = isTold ? [] : last(script, script.onFailure?.(data, failure))
    return { state: { ...state, status: "Compensated", isTold: true }, reactions }
  }
  const { compensate, name } = script.steps[first]!
  // Only steps that have one come here.
  return { state, reactions: [{ ...compensate!(data), label: undoing(name) }] }
}

export const undoNext = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const [undone, ...undo] = state.undo
  const done = state.done.filter((step) => step !== undone)
  return undoFirst(script, { ...state, done, undo, attempts: 0 })
}

export const undoLater = <Event, Data>(
  script: Script<Event, Data>,
  state: Started<Data>,
  reason: string
): Move<Data> => {
  const attempts = state.attempts + 1
  const { name } = script.steps[state.undo[0]!]!
  if (attempts >= script.attempts) {
    const failure = `${state.failure}; ${undoing(name)}: ${reason}`
    return stay({ ...state, status: "CompensationFailed", attempts, failure })
  }
  const pause = Duration.times(script.backoff, 2 ** (attempts - 1))
  return { state: { ...state, attempts }, reactions: [schedule(undoing(name), pause)] }
}

// A step that was given up is done after all: it is undone, too, before the others that are still to be undone.
export const undoLate = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const done = [...state.done, state.step]
  if (script.steps[state.step]!.compensate === undefined) return stay({ ...state, done })
  if (state.status === "Compensated") {
    return undoFirst(script, { ...state, status: "Compensating", done, undo: [state.step], attempts: 0 })
  }
  const [underWay, ...rest] = state.undo
  const undo = underWay === undefined ? [state.step] : [underWay, state.step, ...rest]
  return stay({ ...state, done, undo })
}
