/** Events that a projection, a process or a consumer cannot handle. */
import { printable } from "../event/internal/Printable.ts"
import { TaggedError } from "../event/internal/TaggedError.ts"
import type { Position } from "../event/Position.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"

/**
 * The step that failed. `Handle`: the handler of a consumer. `Newer`: an operator parked the stream at an event of a newer schema
 * version than the code knew.
 */
export type Stage = (typeof stages)[number]

/** All stages. */
export const stages = ["Event", "Keys", "Row", "Evolve", "Handle", "Newer"] as const

/** An event that a projection cannot fold. */
export class PoisonedEvent extends TaggedError("PoisonedEvent")<{
  readonly projection: string
  readonly stream: StreamName
  readonly version: StreamVersion
  readonly position: Position
  readonly type: string
  readonly stage: Stage
  readonly reason: string
}> {
  override get message(): string {
    return printable(
      `projection "${this.projection}" cannot fold event ${this.version} of stream "${this.stream}" (${this.type}): ${this.reason}`
    )
  }
}
