/** The findings of a verification of a store: tagged data with a message of one line. */
import { printable } from "@refold/core/internal/event/Printable"

/** `Error`: the store is damaged. `Warning`: it is not, and an operator should check it. */
export type Severity = "Error" | "Warning"

/** The kinds of problems. */
export type Tag =
  /** A stream has no event of a version, or has one twice. */
  | "VersionGap"
  /** The position of an event is not above that of the event before it in its stream. */
  | "PositionOrder"
  /** The recorded time of an event is before that of the event before it in its stream. */
  | "TimeOrder"
  /** The first event of the commit that an event came in is not stored. */
  | "UnknownCommit"
  /** The row of an event cannot be read. */
  | "UnreadableEvent"
  /** A codec cannot decode an event of its types. A warning if newer code wrote it. */
  | "UndecodableEvent"
  /** The commit of an idempotency key is not stored. */
  | "OrphanKey"
  /** The last event of a snapshot is not stored. It is not used; a warning. */
  | "OrphanSnapshot"
  /** The state of a snapshot differs from the fold of its events. */
  | "WrongSnapshot"
  /** A row of a projection differs from the fold of its events, is missing, or should not exist. */
  | "WrongRow"
  /** The rows of a projection were not compared: `message` has the reason. A warning. */
  | "RowsNotCompared"
  /** The position counter is behind the log. */
  | "CounterBehind"
  /** Events can be changed: the trigger that refuses it is missing or disabled. */
  | "NotAppendOnly"

/** A problem of a store. */
export interface Finding {
  readonly _tag: Tag
  readonly severity: Severity
  /** One line. */
  readonly message: string
  /** The place of the problem: names and numbers, such as `stream` and `version`. */
  readonly details: Readonly<Record<string, string | number>>
}

/** Makes a finding. Control characters in the message are escaped. */
export const make = (
  _tag: Tag,
  message: string,
  details: Finding["details"],
  severity: Severity = "Error"
): Finding => ({ _tag, severity, message: printable(message), details })
