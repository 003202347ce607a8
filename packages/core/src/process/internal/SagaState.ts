/** What a saga knows of itself: where it stands, which steps are done, and which are to be undone. */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type { Envelope } from "../../project/Projection.ts"
import type { Reaction, Send } from "./Reaction.ts"

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

/** One step: a command, and how to take back what it did. */
export interface Step<Event, Data> {
  /** Unique in its saga. Steps are told by their number: see `Saga.Definition.steps`. */
  readonly name: string
  readonly command: (data: Data) => Send
  /**
   * The event that says that the step is done; where left out, it is done when its command was handled. Of the events
   * that the saga's own commands led to, only those of this step's command are asked about.
   */
  readonly succeededOn?: ((event: Event, data: Data, envelope: Envelope) => boolean) | undefined
  /** The event that says that it has failed. It has also failed when its command is refused or cannot be handled. */
  readonly failedOn?: ((event: Event, data: Data, envelope: Envelope) => boolean) | undefined
  /**
   * It has failed when it is not done so long after it began, though its command was answered: for steps that end with an
   * event. Done later all the same, it is compensated then.
   */
  readonly timeout?: Duration.Input | undefined
  /** Undoes the step; a step without one needs no undoing. */
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

/** Nothing changes, and nothing is done. */
export const stay = <Data>(state: SagaState<Data>): Move<Data> => ({ state, reactions: [] })
