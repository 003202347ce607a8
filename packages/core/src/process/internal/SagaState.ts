/** The state of a saga: its status, its current step, and the steps that are done, known early, or to be compensated. */
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { Reaction } from "./Reaction.ts"

/** The status of a saga. */
export type Status = "NotStarted" | "Running" | "Succeeded" | "Compensating" | "Compensated" | "CompensationFailed"

/** A saga before the event that starts it. */
export interface NotStarted {
  readonly status: "NotStarted"
  /** The events of the types in `startOn` that came before, in the order in which they were observed; absent without any. */
  readonly earlier?: ReadonlyArray<EarlierEvent>
}

/** An event that came before its saga started. */
export interface EarlierEvent {
  readonly event: Tagged
  readonly envelope: Envelope
}

/** The outcome that an event gave a step before the step began. */
export interface EarlyOutcome {
  readonly step: string
  /** Whether the event completes the step; otherwise it fails it. */
  readonly succeeded: boolean
  /** The type of the event. */
  readonly event: string
}

/** A started saga. Steps are identified by the names that they had when they began. */
export interface Started<Data> {
  readonly status: Exclude<Status, "NotStarted">
  readonly data: Data
  /** The current or last step. */
  readonly step: string
  /** The steps that were to follow it when it began. */
  readonly ahead: ReadonlyArray<string>
  /** The early outcomes of steps that have not begun, at most one for each. */
  readonly early: ReadonlyArray<EarlyOutcome>
  /** The completed steps that are not compensated; a step with `compensateOnTimeout` that timed out counts as completed. */
  readonly completed: ReadonlyArray<string>
  /** The steps that have begun and had a compensation then. */
  readonly compensable: ReadonlyArray<string>
  /** The steps to compensate, the current one first. */
  readonly toCompensate: ReadonlyArray<string>
  /** The compensated steps, in the order of their compensation. */
  readonly compensated: ReadonlyArray<string>
  /** The failed attempts of the current compensation. */
  readonly attempts: number
  /** Why it is being compensated. */
  readonly failure: string
  /** Whether the commands of `onFailure` were sent. */
  readonly failureHandled: boolean
}

/** A saga's state. */
export type SagaState<Data> = NotStarted | Started<Data>

/** The state before the first event. */
export const notStarted: NotStarted = { status: "NotStarted" }

/** The state of a saga that starts with these data, before its first step. */
export const started = <Data>(data: Data, steps: ReadonlyArray<string>): Started<Data> => ({
  status: "Running",
  data,
  step: "",
  ahead: steps,
  early: [],
  completed: [],
  compensable: [],
  toCompensate: [],
  compensated: [],
  attempts: 0,
  failure: "",
  failureHandled: false
})

/** A transition: the next state and the reactions. */
export interface Transition<Data> {
  readonly state: SagaState<Data>
  readonly reactions: ReadonlyArray<Reaction>
}

/** The transition that changes nothing. */
export const unchanged = <Data>(state: SagaState<Data>): Transition<Data> => ({ state, reactions: [] })
