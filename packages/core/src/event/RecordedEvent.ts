/** A stored event: the appended event with its stream, version, position and recording time. Immutable. */
import type * as DateTime from "effect/DateTime"
import type { NewEvent } from "./NewEvent.ts"
import type { Position } from "./Position.ts"
import type { StreamName } from "./StreamName.ts"
import type { StreamVersion } from "./StreamVersion.ts"

/** A stored event. */
export interface RecordedEvent extends NewEvent {
  readonly stream: StreamName
  /** The stream's version just after this event: 1 for the first. */
  readonly version: StreamVersion
  /** The position in the global log; within a stream it increases with the version. */
  readonly position: Position
  /** The position of the first event of its commit: all events of a commit have the same value. */
  readonly commit: Position
  /**
   * When the store recorded it, in milliseconds: one reading of the store's clock for all events of a commit, or the time of the
   * event before it in the stream if that is later.
   */
  readonly recordedAt: DateTime.Utc
}

/** The name of a column of stored events. */
export type Column = keyof RecordedEvent

/** All columns. */
export const columns: ReadonlyArray<Column> = [
  "stream",
  "version",
  "position",
  "commit",
  "id",
  "type",
  "schemaVersion",
  "data",
  "metadata",
  "occurredAt",
  "recordedAt"
]

/** The columns that decoding needs, unless an upcaster reads the stored event. */
export type Encoded = Pick<RecordedEvent, "stream" | "version" | "type" | "schemaVersion" | "data">
