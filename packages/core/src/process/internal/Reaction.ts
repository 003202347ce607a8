/** What a process may do about what it met: send a command, wait for a time or no longer, or be over. */
import * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type { CommandInvalid } from "../../decide/CommandInvalid.ts"
import type { Json } from "../../event/Json.ts"

/** Where commands can be sent: an aggregate that says what its commands look like. */
export interface Target<Command> {
  readonly category: string
  readonly commands: Option.Option<{ readonly encode: (command: Command) => Result.Result<Json, CommandInvalid> }>
}

/** A command for the aggregate `id` of a category. */
export interface Send {
  readonly _tag: "Send"
  readonly to: Target<never>
  readonly id: string
  readonly command: unknown
  /** What the process calls it when it hears of its outcome. */
  readonly label: string
}

/** A timeout that falls due so long after the time of the trigger; one of the same name that is pending is replaced. */
export interface Schedule {
  readonly _tag: "Schedule"
  readonly name: string
  readonly after: Duration.Duration
}

/** A timeout that is to fall due no more; nothing happens where there is none. */
export interface Cancel {
  readonly _tag: "Cancel"
  readonly name: string
}

/** The instance is over: it reacts to nothing any more. Commands that were decided are still sent. */
export interface Complete {
  readonly _tag: "Complete"
}

/** Something that a process does. */
export type Reaction = Send | Schedule | Cancel | Complete

/**
 * Sends a command. Its outcome comes back under `label`, by default the command's tag. Each is handled once, however
 * often the process is interrupted, and the commands of an instance one after another, in the order of their decisions.
 */
export const send = <Command extends { readonly _tag: string }>(
  to: Target<Command>,
  id: string,
  command: NoInfer<Command>,
  { label = command._tag }: { readonly label?: string } = {}
): Send => ({ _tag: "Send", to, id, command, label })

/**
 * Schedules a timeout: `TimedOut` with this name comes so long after the time of what the process reacts to: for an
 * event its `recordedAt`, for a timeout the time when it was due. Never before the outcomes of the commands that were
 * decided earlier are known, and everything was met that came in time or that they led to.
 */
export const schedule = (name: string, after: Duration.Input): Schedule => ({
  _tag: "Schedule",
  name,
  // As a duration, NaN would be none: due at once.
  after: Number.isNaN(after) ? Duration.infinity : Duration.fromInputUnsafe(after)
})

/** Cancels a timeout. */
export const cancel = (name: string): Cancel => ({ _tag: "Cancel", name })

/** Ends the instance. */
export const complete: Complete = { _tag: "Complete" }
