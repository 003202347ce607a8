/** The inputs of a process beside events: the outcomes of its commands, due timeouts, and resumption. */
import type * as DateTime from "effect/DateTime"
import type { Json } from "../event/Json.ts"
import type { Envelope } from "../project/Projection.ts"

/** The command that a signal is about. */
interface OfCommand {
  readonly label: string
  readonly category: string
  readonly id: string
}

/** A command of the process succeeded: its events, if any, are stored. */
export interface CommandSucceeded extends OfCommand {
  readonly _tag: "CommandSucceeded"
}

/** The aggregate refused a command of the process; nothing was stored. */
export interface CommandRefused extends OfCommand {
  readonly _tag: "CommandRefused"
  /** The refusal, in its JSON form. */
  readonly refusal: Json
}

/** A command of the process failed permanently; nothing was stored. */
export interface CommandFailed extends OfCommand {
  readonly _tag: "CommandFailed"
  readonly reason: string
}

/** A timeout fell due. */
export interface TimedOut {
  readonly _tag: "TimedOut"
  readonly name: string
}

/** An operator or a program resumes the instance. */
export interface Resumed {
  readonly _tag: "Resumed"
  readonly reason: string
}

/** An input that is not an event. */
export type Signal = CommandSucceeded | CommandRefused | CommandFailed | TimedOut | Resumed

/** The tags of signals: an event type that a process observes must not have one of these names. */
export const signalTags: ReadonlyArray<Signal["_tag"]> = [
  "CommandSucceeded",
  "CommandRefused",
  "CommandFailed",
  "TimedOut",
  "Resumed"
]

/** The context of an input. */
export interface InputContext {
  /** The id of the instance. */
  readonly instance: string
  /** `recordedAt` of an event, the due time of a timeout, or the time of another signal. */
  readonly at: DateTime.Utc
  /** The envelope of an event; undefined for a signal. */
  readonly envelope: Envelope | undefined
}
