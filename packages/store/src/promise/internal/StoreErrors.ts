/** The errors of calls of a Promise store, besides those of the effects that they run. */
import { printable } from "@refold/core/internal/event/Printable"
import { reasonOf } from "@refold/core/internal/event/Reason"
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/** The store was closed before the call, or while it was started. Nothing was done. */
export class StoreClosed extends TaggedError("StoreClosed")<{}> {
  override get message(): string {
    return "the store is closed: open another one, and close it after the last call"
  }
}

/**
 * The signal of the call was aborted; `reason` is the signal's. What was already sent to the store may be stored: repeat the
 * command under its idempotency key. Given by `try` only: other calls reject with the reason itself.
 */
export class Aborted extends TaggedError("Aborted")<{ readonly reason: unknown }> {
  override get message(): string {
    return "the call was aborted by its signal; what was already sent to the store may be stored"
  }
}

/** A bug in this library, in an adapter or in a function given to it; `cause` is the thrown value. */
export class UnexpectedError extends TaggedError("UnexpectedError")<{ readonly cause: unknown }> {
  override get message(): string {
    return `an unexpected error was thrown: ${printable(reasonOf(this.cause))}`
  }
}

/** The errors of every call, besides the errors of its effect. */
export type CallFailure = StoreClosed | Aborted | UnexpectedError
