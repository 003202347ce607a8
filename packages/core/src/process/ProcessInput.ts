/** What a process is told beside the events that it follows: how its commands ended, and which timeouts fell due. */
import type * as DateTime from "effect/DateTime"
import type { Json } from "../event/Json.ts"
import type { Envelope } from "../project/Projection.ts"

/** Which command of the process something is about. */
interface OfCommand {
  readonly label: string
  readonly category: string
  readonly id: string
}

/** A command of the process was handled: its events, if it led to any, are in the log. */
export interface CommandSucceeded extends OfCommand {
  readonly _tag: "CommandSucceeded"
}

/** The aggregate said no to a command of the process; nothing was stored. */
export interface CommandRefused extends OfCommand {
  readonly _tag: "CommandRefused"
  /** The refusal, in its JSON form. */
  readonly refusal: Json
}

/** A command of the process cannot be handled, and is given up; nothing was stored. */
export interface CommandFailed extends OfCommand {
  readonly _tag: "CommandFailed"
  readonly reason: string
}

/** A timeout fell due. */
export interface TimedOut {
  readonly _tag: "TimedOut"
  readonly name: string
}

/** Somebody, an operator perhaps, asks the instance to go on. */
export interface Resumed {
  readonly _tag: "Resumed"
  readonly reason: string
}

/** What a process hears of its own doings. */
export type Notice = CommandSucceeded | CommandRefused | CommandFailed | TimedOut | Resumed

/** The tags of notices: no event that a process follows can have one of these names. */
export const noticeTags: ReadonlyArray<Notice["_tag"]> = [
  "CommandSucceeded",
  "CommandRefused",
  "CommandFailed",
  "TimedOut",
  "Resumed"
]

/** When and to whom something was told. */
export interface Occasion {
  /** The id of the instance. */
  readonly instance: string
  /** An event's `recordedAt`, the time when a timeout was due, or the time of the notice. */
  readonly at: DateTime.Utc
  /** Of an event: what is known beside it. */
  readonly envelope: Envelope | undefined
}
