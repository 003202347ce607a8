/** How loud the end of a request is in the log, and what is said of it: names that code gave, never its data. */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { Severity } from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { HandleFailure } from "../../decide/CommandHandler.ts"
import type { AwaitTimeout, StreamParked } from "../../project/ProjectionError.ts"
import type { ReadRowsFailure } from "../../project/ReadModel.ts"

// Complete by its type, so that whoever adds a failure has to think of its level.
const levels: Readonly<Record<(HandleFailure | ReadRowsFailure | AwaitTimeout | StreamParked)["_tag"], Severity>> = {
  // What callers do.
  CommandInvalid: "Info",
  IdempotencyConflict: "Info",
  InvalidInput: "Info",
  VersionConflict: "Info",
  // What may pass.
  AwaitTimeout: "Warn",
  ProjectionNotReady: "Warn",
  // What somebody has to look after.
  DeciderFault: "Error",
  DuplicateEventId: "Error",
  EventStoreError: "Error",
  NewerSchemaVersion: "Error",
  OutcomeUnknown: "Error",
  PoisonedEvent: "Error",
  StreamParked: "Error",
  UndecodableEvent: "Error",
  UnencodableEvent: "Error",
  UnknownEventType: "Error",
  UnknownProjection: "Error",
  UnreadableRow: "Error"
}
const levelOf = new Map<unknown, Severity>(Object.entries(levels))

/** How a request ended, and the name of what it ended with. */
export interface Ending {
  readonly level: Severity
  readonly verb: "succeeded" | "failed" | "died" | "was interrupted"
  readonly name: string | undefined
}

/** The ending that an exit is. An error that is none of ours is a refusal. */
export const of = (exit: Exit.Exit<unknown, unknown>): Ending => {
  if (Exit.isSuccess(exit)) return { level: "Debug", verb: "succeeded", name: undefined }
  const defect = Cause.findDefect(exit.cause)
  if (Result.isSuccess(defect)) return { level: "Error", verb: "died", name: textAt(defect.success, "name") }
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isNone(error)) return { level: "Info", verb: "was interrupted", name: undefined }
  const name = textAt(error.value, "_tag")
  return { level: levelOf.get(name) ?? "Info", verb: "failed", name }
}

const textAt = (value: unknown, key: "_tag" | "name"): string | undefined => {
  const text: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
  return typeof text === "string" ? text : undefined
}
