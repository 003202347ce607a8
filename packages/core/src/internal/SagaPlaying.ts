/** How a saga moves: what each input makes of it, and what it does about it. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Notice, Occasion } from "../ProcessInput.ts"
import type { Envelope } from "../Projection.ts"
import { cancel, complete, type Reaction, schedule, type Send } from "../Reaction.ts"

type Tagged = { readonly _tag: string }

/** Where a saga stands. */
export type Status = "NotStarted" | "Running" | "Succeeded" | "Compensating" | "Compensated" | "CompensationFailed"

/** A saga that has begun. Steps are told by their number, from 0. */
export interface Started<Data> {
  readonly status: Exclude<Status, "NotStarted">
  readonly data: Data
  /** The step that is under way, or was last. */
  readonly step: number
  /** The steps that are done and not undone. */
  readonly done: ReadonlyArray<number>
  /** Those to undo, the one under way first. */
  readonly undo: ReadonlyArray<number>
  /** How often the compensation under way has failed. */
  readonly attempts: number
  /** Why it is being compensated. */
  readonly failure: string
  /** Whether `onFailure` has had its say. */
  readonly isTold: boolean
}

/** A saga's state. */
export type SagaState<Data> = { readonly status: "NotStarted" } | Started<Data>

/** Before the event that begins it. */
export const notStarted: { readonly status: "NotStarted" } = { status: "NotStarted" }

interface Step<Event, Data> {
  readonly name: string
  readonly command: (data: Data) => Send
  readonly succeededOn?: ((event: Event, data: Data) => boolean) | undefined
  readonly failedOn?: ((event: Event, data: Data) => boolean) | undefined
  readonly timeout?: Duration.Input | undefined
  readonly compensate?: ((data: Data) => Send) | undefined
}

/** What a saga plays by. */
export interface Script<Event, Data> {
  readonly name: string
  readonly start: (event: Event, envelope: Envelope) => Option.Option<{ readonly data: Data }>
  readonly steps: ReadonlyArray<Step<Event, Data>>
  readonly onSuccess?: ((data: Data) => ReadonlyArray<Send>) | undefined
  readonly onFailure?: ((data: Data, reason: string) => ReadonlyArray<Send>) | undefined
  readonly attempts: number
  readonly backoff: Duration.Duration
}

/** A move: where it led, and what is to be done. */
export interface Move<Data> {
  readonly state: SagaState<Data>
  readonly reactions: ReadonlyArray<Reaction>
}

/** The label of a step's compensation, and the name of the pause before it is tried again. */
export const undoing = (step: string): string => `undo ${step}`

/** The move that an input leads to. */
export const play = <Event extends Tagged, Data>(
  script: Script<Event, Data>,
  state: SagaState<Data>,
  input: Event | Notice,
  { envelope }: Occasion
): Move<Data> => {
  if (state.status === "NotStarted") {
    // Only an event has an envelope, and notices have none.
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
    : see(script, state, input as Event)
}

// What another command of this saga led to says nothing of the step under way.
const isOfOther = (
  { name }: { readonly name: string },
  saga: { readonly name: string },
  { metadata }: Envelope
): boolean => {
  const { process, processLabel } = metadata
  return typeof process === "string" && process.startsWith(`${saga.name}-`) && processLabel !== undefined &&
    processLabel !== name
}

const stay = <Data>(state: SagaState<Data>): Move<Data> => ({ state, reactions: [] })

// An event: the step under way is done or has failed; or one that was given up is done after all.
const see = <Event extends Tagged, Data>(
  script: Script<Event, Data>,
  state: Started<Data>,
  event: Event
): Move<Data> => {
  const { failedOn, succeededOn } = script.steps[state.step]!
  if (succeededOn?.(event, state.data) === true) return succeed(script, state)
  return state.status === "Running" && failedOn?.(event, state.data) === true
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
      return state.status === "Compensating" && notice.label === undone ? undoNext(script, state) : stay(state)
    case "CommandRefused":
    case "CommandFailed": {
      if (notice.label === step.name && state.status === "Running") return fail(script, state, reasonOf(notice))
      return state.status === "Compensating" && notice.label === undone
        ? undoLater(script, state, reasonOf(notice))
        : stay(state)
    }
    case "TimedOut":
      if (notice.name === step.name && state.status === "Running") return fail(script, state, "timed out")
      return state.status === "Compensating" && notice.name === undone ? undoFirst(script, state) : stay(state)
    case "Resumed":
      return state.status === "CompensationFailed"
        ? undoFirst(script, { ...state, status: "Compensating", attempts: 0 })
        : stay(state)
  }
}

const reasonOf = (notice: Extract<Notice, { readonly _tag: "CommandRefused" | "CommandFailed" }>): string =>
  notice._tag === "CommandRefused" ? `refused: ${JSON.stringify(notice.refusal)}` : notice.reason

// Begins the step under way.
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
  if (state.status !== "Running") return undoLate(script, state)
  const after: Started<Data> = { ...state, done: [...done, step] }
  const { name, timeout } = script.steps[step]!
  const { reactions, state: next } = step + 1 < script.steps.length
    ? take(script, { ...after, step: step + 1 })
    : end(script, after)
  return { state: next, reactions: [...timeout === undefined ? [] : [cancel(name)], ...reactions] }
}

const end = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => ({
  state: { ...state, status: "Succeeded" },
  reactions: [...last(script, script.onSuccess?.(state.data)), complete]
})

// What comes at the end must not be taken for a step when its outcome is heard.
const last = <Event, Data>({ steps }: Script<Event, Data>, sends: ReadonlyArray<Send> = []): ReadonlyArray<Send> => {
  const taken = steps.flatMap(({ name }) => [name, undoing(name)])
  return sends.map((send) => taken.includes(send.label) ? { ...send, label: `${send.label} at the end` } : send)
}

const fail = <Event, Data>(script: Script<Event, Data>, state: Started<Data>, reason: string): Move<Data> => {
  const { name, timeout } = script.steps[state.step]!
  const failure = `${name}: ${reason}`
  const undo = state.done.toReversed().filter((step) => script.steps[step]!.compensate !== undefined)
  const { reactions, state: next } = undoFirst(script, { ...state, status: "Compensating", failure, undo })
  return { state: next, reactions: [...timeout === undefined ? [] : [cancel(name)], ...reactions] }
}

// Undoes what comes first; where nothing is left, the saga is compensated. It is not over: a step that timed out may
// yet be done.
const undoFirst = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const { data, failure, isTold, undo: [first] } = state
  if (first === undefined) {
    const reactions = isTold ? [] : last(script, script.onFailure?.(data, failure))
    return { state: { ...state, status: "Compensated", isTold: true }, reactions }
  }
  const { compensate, name } = script.steps[first]!
  // Only steps that have one come here.
  return { state, reactions: [{ ...compensate!(data), label: undoing(name) }] }
}

const undoNext = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const [undone, ...undo] = state.undo
  const done = state.done.filter((step) => step !== undone)
  return undoFirst(script, { ...state, done, undo, attempts: 0 })
}

const undoLater = <Event, Data>(script: Script<Event, Data>, state: Started<Data>, reason: string): Move<Data> => {
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
const undoLate = <Event, Data>(script: Script<Event, Data>, state: Started<Data>): Move<Data> => {
  const done = [...state.done, state.step]
  if (script.steps[state.step]!.compensate === undefined) return stay({ ...state, done })
  if (state.status === "Compensated") {
    return undoFirst(script, { ...state, status: "Compensating", done, undo: [state.step], attempts: 0 })
  }
  const [underWay, ...rest] = state.undo
  const undo = underWay === undefined ? [state.step] : [underWay, state.step, ...rest]
  return stay({ ...state, done, undo })
}
