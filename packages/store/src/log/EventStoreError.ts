/** Failures of the store itself, as opposed to commits that it refuses. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Data from "effect/Data"

/** An operation of the store failed. Nothing was stored. */
export class EventStoreError extends Data.TaggedError("EventStoreError")<{
  readonly operation: string
  readonly cause: unknown
  /**
   * Whether the operation fails again however often it is repeated, as a read of an event that is larger than the message
   * limit of the client. What runs without end retries other failures, and ends with these. False by default.
   */
  readonly isPermanent?: boolean | undefined
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

/**
 * A stored event that cannot be read. The cause of an `EventStoreError` that is permanent. A projection and a process park
 * its stream, and another reader can go on after its position.
 */
export class UnreadableEvent extends Data.TaggedError("UnreadableEvent")<{
  readonly stream: StreamName
  readonly version: StreamVersion
  /** Its stored type. */
  readonly type: string
  readonly id: EventId
  readonly position: Position
  readonly reason: string
}> {
  override get message(): string {
    const { id, position, reason, stream, version } = this
    return `event ${version} of stream "${stream}" (id ${id}, position ${position}) cannot be read: ${reason}`
  }
}
