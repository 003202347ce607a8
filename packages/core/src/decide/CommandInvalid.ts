/** The error of a malformed command. It lists all problems; the store was not accessed. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import { printable } from "../event/internal/Printable.ts"
import { TaggedError } from "../event/internal/TaggedError.ts"

/** One problem and its path: `amount`, `to.name`, `lines[2].price`; the empty path is the command itself. */
export interface CommandIssue {
  readonly path: string
  readonly message: string
}

/** A command does not fit the schema of its aggregate's commands. */
export class CommandInvalid extends TaggedError("CommandInvalid")<{
  readonly issues: NonEmptyReadonlyArray<CommandIssue>
}> {
  override get message(): string {
    return printable(this.issues.map(({ message, path }) => path === "" ? message : `${path}: ${message}`).join("; "))
  }
}
