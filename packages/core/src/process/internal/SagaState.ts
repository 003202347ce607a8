/** The state of a saga: its status, the completed steps, and the steps to compensate. */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type { Envelope } from "../../project/Projection.ts"
import type { Reaction, Send } from "./Reaction.ts"

/** The status of a saga. */
export type Status = "NotStarted" | "Running" | "Succeeded" | "Compensating" | "Compensated" | "CompensationFailed"

/** A started saga. Steps are identified by their number, from 0. */
export interface Started<Data> {
  readonly status: Exclude<Status, "NotStarted">
  readonly data: Data
  /** The current or last step. */
  readonly step: number
  /** The completed steps that are not compensated. */
  readonly completed: ReadonlyArray<number>
  /** The steps to compensate, the current one first. */
  readonly toCompensate: ReadonlyArray<number>
  /** The failed attempts of the current compensation. */
  readonly attempts: number
  /** Why it is being compensated. */
  readonly failure: string
  /** Whether the commands of `onFailure` were sent. */
  readonly failureHandled: boolean
}

/** A saga's state. */
export type SagaState<Data> = { readonly status: "NotStarted" } | Started<Data>

/** The state before the event that starts the saga. */
export const notStarted: { readonly status: "NotStarted" } = { status: "NotStarted" }

/** A step: a command, and the command that compensates it. */
export interface Step<Event, Data> {
  /** Unique in its saga. */
  readonly name: string
  readonly command: (data: Data) => Send
  /**
   * Whether an event completes the step; by default the step is completed when its command succeeds. Events of the
   * saga's other commands are not tested.
   */
  readonly succeededOn?: ((event: Event, data: Data, envelope: Envelope) => boolean) | undefined
  /** Whether an event fails the step. The step also fails if its command is refused or fails permanently. */
  readonly failedOn?: ((event: Event, data: Data, envelope: Envelope) => boolean) | undefined
  /**
   * The step fails if it is not completed this long after it started; for steps that are completed by an event. A step
   * that is completed later is compensated then.
   */
  readonly timeout?: Duration.Input | undefined
  /** The command that compensates the step; by default the step needs no compensation. */
  readonly compensate?: ((data: Data) => Send) | undefined
}

/** A saga definition with its defaults resolved. */
export interface SagaPlan<Event, Data> {
  readonly name: string
  readonly start: (event: Event, envelope: Envelope) => Option.Option<{ readonly data: Data }>
  readonly steps: ReadonlyArray<Step<Event, Data>>
  readonly onSuccess?: ((data: Data) => ReadonlyArray<Send>) | undefined
  readonly onFailure?: ((data: Data, reason: string) => ReadonlyArray<Send>) | undefined
  readonly attempts: number
  readonly backoff: Duration.Duration
}

/** A transition: the next state and the reactions. */
export interface Transition<Data> {
  readonly state: SagaState<Data>
  readonly reactions: ReadonlyArray<Reaction>
}

/** The label of a step's compensation, and the name of the timeout before its retry. */
export const compensationName = (step: string): string => `undo ${step}`

/** The transition that changes nothing. */
export const unchanged = <Data>(state: SagaState<Data>): Transition<Data> => ({ state, reactions: [] })
