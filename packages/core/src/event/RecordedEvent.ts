/** An event as a store gives it back: what was written, and where and when it was recorded. Immutable. */
import type * as DateTime from "effect/DateTime"
import type { Json } from "./Json.ts"
import type { NewEvent } from "./NewEvent.ts"
import type { Position } from "./Position.ts"
import type { StreamName } from "./StreamName.ts"
import type { StreamVersion } from "./StreamVersion.ts"

/** The part of a recorded event that a fold needs: its place and its payload. */
export interface StoredData {
  readonly stream: StreamName
  /** The stream's version just after this event: 1 for the first. */
  readonly version: StreamVersion
  /** The place in the global log; within a stream it grows with the version. */
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
