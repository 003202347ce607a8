/** The transitions of a saga: the next state and the reactions for each input. */
import * as Option from "effect/Option"
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { Notice, Occasion } from "../ProcessInput.ts"
import { cancel, complete, schedule } from "./Reaction.ts"
import { type Move, type SagaState, type Script, type Started, stay, undoing } from "./SagaState.ts"
import * as Undoing from "./SagaUndoing.ts"

/** The transition for an input. */
export const play = <Event extends Tagged, Data>(
  script: Script<Event, Data>,
  state: SagaState<Data>,
  input: Event | Notice,
  { envelope }: Occasion
): Move<Data> => {
  if (state.status === "NotStarted") {
    // Events have an envelope, notices have none.
    const begun = envelope === undefined ? Option.none() : script.start(input as Event, envelope)
    if (Option.isNone(begun)) return stay(state)
    const { data } = begun.value
    return take(script, {
      status: "Running",
      data,
      step: 0,
      done: [],
      undo: [],
      attempts: 0,
      failure: "",
      isTold: false
    })
  }
  return envelope === undefined
    ? hear(script, state, input as Notice)
    : isOfOther(script.steps[state.step]!, script, envelope)
    ? stay(state)
    : see(script, state, input as Event, envelope)
}

// An event of another command of this saga does not concern the current step.
const isOfOther = (
  { name }: { readonly name: string },
  saga: { readonly name: string },
  { metadata }: Envelope
): boolean => {
  const { process, processLabel } = metadata
  return typeof process === "string" && process.startsWith(`${saga.name}-`) && processLabel !== undefined &&
    processLabel !== name
}

// An event: the current step succeeded or failed, or a step that had failed succeeded late.
const see = <Event extends Tagged, Data>(
  script: Script<Event, Data>,
  state: Started<Data>,
  event: Event,
  envelope: Envelope
): Move<Data> => {
  const { failedOn, succeededOn } = script.steps[state.step]!
  if (succeededOn?.(event, state.data, envelope) === true) return succeed(script, state)
  return state.status === "Running" && failedOn?.(event, state.data, envelope) === true
    ? fail(script, state, event._tag)
    : stay(state)
}

const hear = <Event extends Tagged, Data>(
  script: Script<Event, Data>,
  state: Started<Data>,
  notice: Notice
): Move<Data> => {
  const step = script.steps[state.step]!
  const [undo] = state.undo
  const undone = undo === undefined ? undefined : undoing(script.steps[undo]!.name)
  switch (notice._tag) {
    case "CommandSucceeded":
      if (notice.label === step.name && step.succeededOn === undefined) return succeed(script, state)
      return state.status === "Compensating" && notice.label === undone ? Undoing.undoNext(script, state) : stay(state)
    case "CommandRefused":
    case "CommandFailed": {
      if (notice.label === step.name && state.status === "Running") return fail(script, state, reasonOf(notice))
      return state.status === "Compensating" && notice.label === undone
        ? Undoing.undoLater(script, state, reasonOf(notice))
        : stay(state)
    }
    case "TimedOut":
      if (notice.name === step.name && state.status === "Running") return fail(script, state, timedOut)
      return state.status === "Compensating" && notice.name === undone ? Undoing.undoFirst(script, state) : stay(state)
    case "Resumed":
      return state.status === "CompensationFailed"
        ? Undoing.undoFirst(script, { ...state, status: "Compensating", attempts: 0 })
        : stay(state)
  }
}

const reasonOf = (notice: Extract<Notice, { readonly _tag: "CommandRefused" | "CommandFailed" }>): string =>
  notice._tag === "CommandRefused" ? `refused: ${JSON.stringify(notice.refusal)}` : notice.reason

// Starts the current step.
const take = <Event, Data>({ steps }: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const { command, name, timeout } = steps[state.step]!
  return {
    state,
    reactions: [...timeout === undefined ? [] : [schedule(name, timeout)], { ...command(state.data), label: name }]
  }
}

const succeed = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const { done, step } = state
  if (done.includes(step) || state.status === "Succeeded") return stay(state)
  if (state.status !== "Running") return Undoing.undoLate(script, state)
  const after: Started<Data> = { ...state, done: [...done, step] }
  const { name, timeout } = script.steps[step]!
  const { reactions, state: next } = step + 1 < script.steps.length
    ? take(script, { ...after, step: step + 1 })
    : end(script, after)
  return { state: next, reactions: [...timeout === undefined ? [] : [cancel(name)], ...reactions] }
}

const end = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => ({
  state: { ...state, status: "Succeeded" },
  reactions: [...Undoing.last(script, script.onSuccess?.(state.data)), complete]
})

const fail = <Event, Data>(script: Script<Event, Data>, state: Started<Data>, reason: string): Move<Data> => {
  const { name, timeout } = script.steps[state.step]!
  const failure = `${name}: ${reason}`
  const undo = state.done.toReversed().filter((step) => script.steps[step]!.compensate !== undefined)
  const { reactions, state: next } = Undoing.undoFirst(script, { ...state, status: "Compensating", failure, undo })
  const isPending = timeout !== undefined && reason !== timedOut
  return { state: next, reactions: [...isPending ? [cancel(name)] : [], ...reactions] }
}

const timedOut = "timed out"
