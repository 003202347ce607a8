/** Failures of the store itself, as opposed to commits that it refuses. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/** An operation of the store failed. Nothing was stored. */
export class EventStoreError extends TaggedError("EventStoreError")<{
  readonly operation: string
  readonly cause: unknown
  /**
   * Whether the operation fails again however often it is repeated: the cause is an `UnreadableEvent`, an `UnreadableValue` or
   * a `PermissionDenied`, or an answer is larger than the message limit of the client. Loops without end retry all other
   * failures, and end with these. False by default.
   */
  readonly isPermanent?: boolean | undefined
}> {
  override get message(): string {
    const { cause } = this
    const why = cause instanceof Error ? cause.message : typeof cause === "string" ? cause : "unknown cause"
    return printable(`${this.operation} failed: ${why}`)
  }
}

/**
 * The connection was lost after an append was sent, and it is unknown whether its events are stored or will be. When the
 * store answers again, look the event ids up, or repeat the append under the same idempotency key.
 */
export class OutcomeUnknown extends TaggedError("OutcomeUnknown")<{
  readonly eventIds: ReadonlyArray<EventId>
  readonly cause: unknown
}> {
  override get message(): string {
    return printable(
      `the connection was lost during the append of ${this.eventIds.length} event(s), which may or may not be stored: look up their ids, or repeat the append under the same idempotency key`
    )
  }
}

/**
 * A stored event that cannot be read. The cause of an `EventStoreError` that is permanent. A projection and a process park
 * its stream, and other readers can continue after its position.
 */
export class UnreadableEvent extends TaggedError("UnreadableEvent")<{
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
    return printable(
      `event ${version} of stream "${stream}" (id ${id}, position ${position}) cannot be read: ${reason}`
    )
  }
}

/**
 * A value in a table of the store, other than an event, that cannot be read: another program has written it. The cause of an
 * `EventStoreError` that is permanent.
 */
export class UnreadableValue extends TaggedError("UnreadableValue")<{
  /** The table, without its schema. */
  readonly table: string
  /** The columns by which the row is found, and their values. */
  readonly row: Readonly<Record<string, string | number>>
  readonly column: string
  /** The rule that the value breaks. */
  readonly reason: string
}> {
  override get message(): string {
    const { column, reason, row, table } = this
    const found = Object.entries(row).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ")
    return printable(
      `column "${column}" of table "${table}" cannot be read where ${found}: it ${reason}. Another program has written it: repair the value or delete the row as the owner of the store`
    )
  }
}

/**
 * The role of this program may not do what an operation needs, or may not log in any more. The cause of an `EventStoreError`
 * that is permanent: retries do not restore a right.
 */
export class PermissionDenied extends TaggedError("PermissionDenied")<{
  /** The table, function or schema, without the schema's name; undefined if the server does not name one of the store's. */
  readonly object: string | undefined
  /** The right on the object that the role lacks, or one of these; undefined without an object, and if only the owner has one. */
  readonly right: string | undefined
  /** The message of the server. */
  readonly reason: string
}> {
  override get message(): string {
    const { object, reason, right } = this
    if (object === undefined) {
      return printable(`${reason}: grant the role the rights of its kind (see PostgresStore.grants)`)
    }
    return printable(
      right === undefined
        ? `${reason}: connect as the owner of the store, which alone may use ${object}`
        : `${reason}: grant the role ${right} on ${object}`
    )
  }
}

/**
 * The store is in the middle of an import, so its log lacks events. The cause of an `EventStoreError` of reads and appends; it is
 * not permanent: they succeed when the import has ended.
 */
export class StoreIncomplete extends TaggedError("StoreIncomplete")<{}> {
  override get message(): string {
    return "the store is in the middle of an import: finish it with Store.importLines, or give it up with Store.abandonImport"
  }
}
