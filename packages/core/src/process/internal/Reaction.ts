/** The reactions of a process: send a command, schedule or cancel a timeout, or complete the instance. */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type { CommandInvalid } from "../../decide/CommandInvalid.ts"
import type { Tagged } from "../../event/EventType.ts"
import type { Json } from "../../event/Json.ts"

/** The target of commands: an aggregate that defines the schema of its commands. */
export interface Target<Command> {
  readonly category: string
  readonly commands: Option.Option<{
    readonly encode: (command: Command) => Result.Result<Json, CommandInvalid>
    readonly schemaVersion: number
  }>
}

/** A command for the aggregate `id` of a category. */
export interface Send {
  readonly _tag: "Send"
  readonly to: Target<never>
  readonly id: string
  readonly command: unknown
  /** Identifies the command in the signal of its outcome. */
  readonly label: string
}

/** A timeout, due `after` the time of the trigger, or `at` an instant. It replaces a pending timeout with the same name. */
export interface Schedule {
  readonly _tag: "Schedule"
  readonly name: string
  readonly due: { readonly after: Duration.Duration } | { readonly at: DateTime.DateTime }
}

/** Cancels the pending timeout with this name, if there is one. */
export interface Cancel {
  readonly _tag: "Cancel"
  readonly name: string
}

/** Completes the instance: it does not react any more. Commands that were decided are still sent. */
export interface Complete {
  readonly _tag: "Complete"
}

/** A reaction of a process. */
export type Reaction = Send | Schedule | Cancel | Complete

/**
 * Sends a command. The signal of its outcome has the given `label`, by default the command's tag. A command takes
 * effect once, even if the process is interrupted. The commands of an instance are sent one by one, in their order.
 */
export const send = <Command extends Tagged>(
  to: Target<Command>,
  id: string,
  command: NoInfer<Command>,
  { label = command._tag }: { readonly label?: string } = {}
): Send => ({ _tag: "Send", to, id, command, label })

/**
 * Schedules a timeout: the process gets `TimedOut` with this name `after` the time of the trigger, which is
 * `recordedAt` of an event and the due time of a timeout. It is observed only after the outcomes of all commands that
 * were decided earlier, and after all events that were recorded before it was due or that those commands led to. With a
 * negative duration it is due at once: at the time of the trigger.
 */
export const schedule = (name: string, after: Duration.Input): Schedule => ({
  _tag: "Schedule",
  name,
  // Effect reads NaN as zero: the timeout would be due at once.
  due: { after: Number.isNaN(after) ? Duration.infinity : Duration.fromInputUnsafe(after) }
})

/** As `schedule`, for an instant, such as a date that an event has. One before the time of the trigger is due at once. */
export const scheduleAt = (name: string, at: DateTime.DateTime): Schedule => ({ _tag: "Schedule", name, due: { at } })

/** Cancels a timeout. */
export const cancel = (name: string): Cancel => ({ _tag: "Cancel", name })

/** Ends the instance. */
export const complete: Complete = { _tag: "Complete" }
