/** What can go wrong with a store itself, as opposed to what a store refuses. */
import type { EventId } from "@refold/core/event/EventId"
import * as Data from "effect/Data"

/** The store failed in a way that nobody asked for; `operation` says in doing what. Nothing was stored. */
export class EventStoreError extends Data.TaggedError("EventStoreError")<{
  readonly operation: string
  readonly cause: unknown
}> {
  override get message(): string {
    const { cause } = this
    const why = cause instanceof Error ? cause.message : typeof cause === "string" ? cause : "for an unknown cause"
    return `${this.operation} failed: ${why}`
  }
}

/**
 * The store became unreachable after an append was sent, and could not be asked whether it is stored, or may yet
 * receive a copy that was lost on its way. Look the event ids up, or repeat the append under the same idempotency key,
 * once the store answers again.
 */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{
  readonly eventIds: ReadonlyArray<EventId>
  readonly cause: unknown
}> {
  override get message(): string {
    return `the store was lost while it stored ${this.eventIds.length} event(s); whether they are stored is unknown`
  }
}
