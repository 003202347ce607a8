/** The error of a decider that breaks its contract. */
import type { StreamName } from "@refold/core/event/StreamName"
import * as Data from "effect/Data"

/**
 * `decide` or `evolve` threw, or gave something else than its type says. A fault of the code, not a refusal; nothing was
 * stored.
 */
export class DeciderFault extends Data.TaggedError("DeciderFault")<{
  readonly stream: StreamName
  readonly stage: "decide" | "evolve"
  readonly cause: unknown
}> {
  override get message(): string {
    const { cause, stage, stream } = this
    return `${stage} failed on stream "${stream}": ${cause instanceof Error ? cause.message : String(cause)}`
  }
}
