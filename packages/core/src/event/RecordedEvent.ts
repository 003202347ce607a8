/** A stored event: the appended event with its stream, version, position and recording time. Immutable. */
import type * as DateTime from "effect/DateTime"
import type { Json } from "./Json.ts"
import type { NewEvent } from "./NewEvent.ts"
import type { Position } from "./Position.ts"
import type { StreamName } from "./StreamName.ts"
import type { StreamVersion } from "./StreamVersion.ts"

/** The part of a stored event that a fold needs: its place and its data. */
export interface StoredData {
  readonly stream: StreamName
  /** The stream's version just after this event: 1 for the first. */
  readonly version: StreamVersion
  /** The position in the global log; within a stream it increases with the version. */
  readonly position: Position
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
}

/** A stored event. */
export interface RecordedEvent extends StoredData, NewEvent {
  /** When the store recorded it, by the store's clock, in milliseconds; never decreasing within a stream. */
  readonly recordedAt: DateTime.Utc
}
