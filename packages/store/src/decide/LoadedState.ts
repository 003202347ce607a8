/** The state of a stream, with the version that it was folded to. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type * as DateTime from "effect/DateTime"

/** A state with the version, id, position and time of the last event folded into it; 0, and no id, if there was none. */
export interface LoadedState<State> {
  readonly stream: StreamName
  readonly state: State
  readonly version: StreamVersion
  readonly lastEventId: EventId | undefined
  readonly position: Position
  readonly recordedAt: DateTime.Utc
  /** Whether every event up to `version` was folded; false as of an `occurredAt`, which may skip some. */
  readonly isComplete: boolean
}
