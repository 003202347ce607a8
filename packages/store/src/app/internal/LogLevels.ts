/** The log level and the words for the end of a request. */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { Severity } from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { HandleFailure } from "../../decide/CommandHandler.ts"
import type { AwaitFailure, ReadRowsFailure } from "../../project/ReadModel.ts"

type Failure = (HandleFailure | ReadRowsFailure | AwaitFailure)["_tag"]

// Failures that may be transient.
const warnings: ReadonlyArray<Failure> = ["AwaitTimeout", "ProjectionNotReady"]
// Failures of the store, the code or the stored data. All others are refusals or mistakes of the caller.
// dprint-ignore
const errors: ReadonlyArray<Failure> = [
  "DeciderFault", "DefinitionMismatch", "DuplicateEventId", "EventStoreError", "NewerSchemaVersion", "OutcomeUnknown", "PoisonedEvent",
  "ProjectionOutdated", "StreamParked", "UndecodableEvent", "UnencodableEvent", "UnknownEventType", "UnknownProjection", "UnreadableRow"
]
const levels = new Map<unknown, Severity>([
  ...warnings.map((tag) => [tag, "Warn"] as const),
  ...errors.map((tag) => [tag, "Error"] as const)
])

/** The level, and what happened: names of errors only, never their content. */
export const of = (exit: Exit.Exit<unknown, unknown>): { readonly level: Severity; readonly outcome: string } => {
  if (Exit.isSuccess(exit)) return { level: "Debug", outcome: "succeeded" }
  const defect = Cause.findDefect(exit.cause)
  if (Result.isSuccess(defect)) return { level: "Error", outcome: `died${nameAt(defect.success, "name")}` }
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isNone(error)) return { level: "Info", outcome: "was interrupted" }
  const level = levels.get(Reflect.get(Object(error.value), "_tag")) ?? "Info"
  return { level, outcome: `failed${nameAt(error.value, "_tag")}` }
}

const nameAt = (value: unknown, key: "_tag" | "name"): string => {
  const name: unknown = Reflect.get(Object(value), key)
  return typeof name === "string" ? ` with ${name}` : ""
}
