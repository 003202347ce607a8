/**
 * The log has lost events that a subscriber has received: a fail-over to a standby that lagged behind, or an older copy of
 * the database that was put back.
 */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"

/**
 * A subscription cannot continue from its last event. `Gone`: its last event is not in the log any more. `Unknown`: its last
 * event is there, but the database was restarted or replaced since, so earlier ones may be gone; only with
 * `onLogChange: "fail"`. Undo what was done for events that are gone, and subscribe again after one that is there.
 */
export class LogWentBack extends TaggedError("LogWentBack")<{
  readonly reason: "Gone" | "Unknown"
  /** The position after which the subscription had to continue. */
  readonly after: Position
  /** The event at that position; undefined if the subscriber gave the position only. */
  readonly eventId: EventId | undefined
  /** The last position of the log now. */
  readonly last: Position
}> {
  override get message(): string {
    const { after, eventId, last, reason } = this
    const event = eventId === undefined ? `position ${after}` : `event ${eventId} at position ${after}`
    return printable(
      reason === "Gone"
        ? `${event} is not in the log, which ends at ${last}: the log went back, or it is another log. Undo what was done for events that are gone, and subscribe again after one that is there`
        : `the database was restarted or replaced since ${event} was delivered, so earlier events may be gone. Compare what was delivered with the log, and subscribe again, with onLogChange: "resume" if nothing is missing`
    )
  }
}
