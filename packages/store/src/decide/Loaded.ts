/** A state on its way through a load or a command: what was folded, and how far. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type * as DateTime from "effect/DateTime"

/** A state, and the last event it has seen: version, position and time are 0 where there was none. */
export interface Loaded<State> {
  readonly stream: StreamName
  readonly state: State
  readonly version: StreamVersion
  readonly position: Position
  readonly recordedAt: DateTime.Utc
  /** Whether it has seen every event up to `version`; by the domain's clock it may have left some out. */
  readonly isComplete: boolean
}
