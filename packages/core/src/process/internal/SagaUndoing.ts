/** The compensation of a saga: step by step in reverse order, with retries and exponential backoff. */
import * as Duration from "effect/Duration"
import { schedule, type Send } from "./Reaction.ts"
import { type Move, type Script, type Started, stay, undoing } from "./SagaState.ts"

/** The commands sent at the end. Their labels are kept apart from those of steps. */
export const last = <Event, Data>(
  { steps }: Script<Event, Data>,
  sends: ReadonlyArray<Send> = []
): ReadonlyArray<Send> => {
  const taken = steps.flatMap(({ name }) => [name, undoing(name)])
  return sends.map((send) => taken.includes(send.label) ? { ...send, label: `${send.label} at the end` } : send)
}

// Compensates the first step; if none is left, the saga is compensated. It is not completed: a step that timed out may
// still succeed.
export const undoFirst = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const { data, failure, isTold, undo: [first] } = state
  if (first === undefined) {
    const reactions = isTold ? [] : last(script, script.onFailure?.(data, failure))
    return { state: { ...state, status: "Compensated", isTold: true }, reactions }
  }
  const { compensate, name } = script.steps[first]!
  // Only steps with a compensation are in `undo`.
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

// A step that had failed succeeded late: it is compensated, too, before the other remaining steps.
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
