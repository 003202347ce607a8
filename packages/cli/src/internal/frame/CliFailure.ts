/** The failures of the command itself, each with the code that the process exits with. */
import * as Data from "effect/Data"
import { safe } from "./Safe.ts"

/** The exit codes: 1 for findings or a failure, 2 for wrong usage. */
export type ExitCode = 1 | 2

/** The command cannot be carried out. The message is one line. */
export class CliFailure extends Data.TaggedError("CliFailure")<{
  readonly problem: string
  readonly code: ExitCode
  readonly cause?: unknown
}> {
  override get message(): string {
    return safe(this.problem)
  }
}

/** The command has succeeded with findings that an operator should check: exit code 1, without a message. */
export class Found extends Data.TaggedError("Found") {}

/** A wrong call: exit code 2. */
export const usage = (problem: string): CliFailure => new CliFailure({ problem, code: 2 })

/** The call was right, and the command has failed: exit code 1. */
export const failed = (problem: string): CliFailure => new CliFailure({ problem, code: 1 })
