/** The error of an append that finds the queue of appends full. */
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/**
 * The queue of appends has reached `appendQueue.size`, and the store was opened with `appendQueue.whenFull` "fail". The
 * cause of an `EventStoreError`; nothing was stored. Try again later, or set `whenFull` to "wait".
 */
export class AppendQueueFull extends TaggedError("AppendQueueFull")<{
  /** The `appendQueue.size` of the store. */
  readonly size: number
}> {
  override get message(): string {
    return `${this.size} appends wait for their answers already, the appendQueue.size (Try again later.)`
  }
}
