/** Turns the failure of a command into one line and an exit code. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Cause from "effect/Cause"
import { CliFailure, type ExitCode } from "./CliFailure.ts"
import { safe } from "./Safe.ts"

/** The output for a failure. */
export interface Explanation {
  /** One line; undefined if there is no message. */
  readonly line: string | undefined
  readonly code: ExitCode
  /** Its stack and causes, for `--debug`. */
  readonly details: string
}

/** Explains a cause that is not only an interruption. */
export const explain = (cause: Cause.Cause<unknown>): Explanation => {
  const failure = Cause.squash(cause)
  return { line: lineOf(failure), code: codeOf(failure), details: Cause.pretty(cause) }
}

const codeOf = (failure: unknown): ExitCode =>
  failure instanceof CliFailure
    ? failure.code
    : failure instanceof InvalidInput || tagOf(failure) === "ShowHelp"
    ? 2
    : 1

const lineOf = (failure: unknown): string | undefined => {
  const tag = tagOf(failure)
  // The errors of effect/cli are printed where it reports them.
  if (tag === "Found" || tag === "ShowHelp") return undefined
  if (!(failure instanceof Error)) return safe(refusals[tag ?? ""]?.(failure) ?? `refused: ${JSON.stringify(failure)}`)
  return safe(inTermsOfCommands(tag === "SqlError" ? serverMessage(failure) : failure.message))
}

const tagOf = (failure: unknown): string | undefined => {
  const { _tag }: { readonly _tag?: unknown } = Object(failure)
  return typeof _tag === "string" ? _tag : undefined
}

const instanceOf = (refusal: unknown): string => `instance "${Object(refusal).instance}"`

/** Refusals of instances of processes are plain objects. */
const refusals: Readonly<Record<string, (refusal: unknown) => string>> = {
  UnknownInstance: (refusal) => `${instanceOf(refusal)} has no events: check its id`,
  InstanceCompleted: (refusal) => `${instanceOf(refusal)} is completed`,
  InstanceNotParked: (refusal) => `${instanceOf(refusal)} is not parked`,
  CommandNotPending: (refusal) => `the command of ${instanceOf(refusal)} has an outcome already, or was never sent`
}

// The message of the driver is only "Query failed"; that of the server is below it.
const serverMessage = (failure: Error): string => {
  const { reason }: { readonly reason?: { readonly cause?: unknown } } = Object(failure)
  return reason?.cause instanceof Error ? `${failure.message}: ${reason.cause.message}` : failure.message
}

// The library names its own function as the remedy.
const inTermsOfCommands = (message: string): string =>
  message.replace(/^asOf\.\w+ /, "--at ")
    .replace(/: run PostgresStore\.migrate\(.*$/, ": run \"refold migrate\"")
    .replace(/PostgresStore\.grants/g, "refold grants")
    .replace(/Store\.importLines/, "refold import")
    .replace(/Store\.abandonImport/, "refold import --abandon")
    .replace(/Parked\.list names the streams that are/, "\"refold parked list\" names the streams that are")
