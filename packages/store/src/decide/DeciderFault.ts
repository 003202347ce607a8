/** The error of a decider that breaks its contract. */
import type { StreamName } from "@refold/core/event/StreamName"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/**
 * `decide` or `evolve` threw, or returned a value that its type does not allow. This is a bug of the decider and not a
 * refusal. Nothing was stored.
 */
export class DeciderFault extends TaggedError("DeciderFault")<{
  readonly stream: StreamName
  readonly stage: "decide" | "evolve"
  readonly cause: unknown
}> {
  override get message(): string {
    const { cause, stage, stream } = this
    return printable(
      `${stage} failed on stream "${stream}": ${
        cause instanceof Error ? cause.message : String(cause)
      }. This is a bug of the decider: repair its ${stage}`
    )
  }
}
