/** Failures of the store itself, as opposed to commits that it refuses. */
import type { EventId } from "@refold/core/event/EventId"
import * as Data from "effect/Data"

/** An operation of the store failed. Nothing was stored. */
export class EventStoreError extends Data.TaggedError("EventStoreError")<{
  readonly operation: string
  readonly cause: unknown
}> {
  override get message(): string {
    const { cause } = this
    const why = cause instanceof Error ? cause.message : typeof cause === "string" ? cause : "unknown cause"
    return `${this.operation} failed: ${why}`
  }
}

/**
 * The connection was lost after an append was sent, and it is unknown whether its events are stored or will be. When the
 * store answers again, look the event ids up, or repeat the append under the same idempotency key.
 */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{
  readonly eventIds: ReadonlyArray<EventId>
  readonly cause: unknown
}> {
  override get message(): string {
    return `the connection was lost during the append of ${this.eventIds.length} event(s), which may or may not be stored: look up their ids, or repeat the append under the same idempotency key`
  }
}
