/** An event that a projection or a process cannot take in, and the step that failed. */
import * as Data from "effect/Data"
import type { Position } from "../../event/Position.ts"
import type * as StreamName from "../../event/StreamName.ts"
import type { StreamVersion } from "../../event/StreamVersion.ts"

/**
 * The step that failed: decoding the event, `keys`, decoding a stored row, or `evolve` and encoding its result. `Newer`: an
 * operator parked the stream at an event of a newer schema version than the code knew.
 */
export type Stage = "Event" | "Keys" | "Row" | "Evolve" | "Newer"

/** An event that a projection cannot fold. */
export class PoisonedEvent extends Data.TaggedError("PoisonedEvent")<{
  readonly projection: string
  readonly stream: StreamName.StreamName
  readonly version: StreamVersion
  readonly position: Position
  readonly type: string
  readonly stage: Stage
  readonly reason: string
}> {
  override get message(): string {
    return `projection "${this.projection}" cannot fold event ${this.version} of stream "${this.stream}" (${this.type}): ${this.reason}`
  }
}
