/** The failure of a command of a process whose idempotency key is used by a commit that is not of this command. */
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/**
 * The commit that is stored under the key of a process's command does not carry the id of that command as causation id. It
 * was not stored by the runner of the process, and is unrelated to the command. Nothing was stored for the command, and
 * nothing can be stored for it: its outcome is a failure. Only a role that writes to the tables or calls `append_events` can have stored
 * such a commit.
 */
export class ProcessKeyTaken extends TaggedError("ProcessKeyTaken")<{
  readonly key: string
  /** A stream of the other commit. */
  readonly stream: string
}> {
  override get message(): string {
    return printable(
      `the key "${this.key}" of a process's command was used by another commit, in stream "${this.stream}": the command stored nothing; find out which role stored that commit`
    )
  }
}
