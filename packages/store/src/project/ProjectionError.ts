/** What can go wrong between a projection, its rows and their readers. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Data from "effect/Data"
import * as Option from "effect/Option"

/** Nobody ever ran a projection of this name. */
export class UnknownProjection extends Data.TaggedError("UnknownProjection")<{ readonly projection: string }> {
  override get message(): string {
    return `no projection "${this.projection}" has ever been run on this store`
  }
}

/** The projection is being filled for the first time; there are no rows to read before that is done. */
export class ProjectionNotReady extends Data.TaggedError("ProjectionNotReady")<{
  readonly projection: string
  /** How far it has come. */
  readonly checkpoint: Position
}> {
  override get message(): string {
    return `projection "${this.projection}" is being filled, and has come to position ${this.checkpoint}`
  }
}

/** A newer version of the projection is live: newer code runs elsewhere, and this code must not write its rows. */
export class ProjectionOutdated extends Data.TaggedError("ProjectionOutdated")<{
  readonly projection: string
  readonly version: number
  /** The version that is live. */
  readonly live: number
}> {
  override get message(): string {
    return `projection "${this.projection}" is at version ${this.live}, and this code has version ${this.version}`
  }
}

/** A stored row does not fit the projection's schema: it was written by another version of the code. */
export class UnreadableRow extends Data.TaggedError("UnreadableRow")<{
  readonly projection: string
  readonly key: string
  /** The version that wrote the row. */
  readonly version: number
  readonly reason: string
}> {
  override get message(): string {
    return `row "${this.key}" of projection "${this.projection}", version ${this.version}, cannot be read: ${this.reason}`
  }
}

/** The projection did not get so far in time. */
export class AwaitTimeout extends Data.TaggedError("AwaitTimeout")<{
  readonly projection: string
  readonly position: Position
  /** Where it was at the end; None where it has no rows yet. */
  readonly reached: Option.Option<Position>
}> {
  override get message(): string {
    const reached = Option.match(this.reached, { onNone: () => "has no rows yet", onSome: (p) => `got to ${p}` })
    return `projection "${this.projection}" ${reached}, not to position ${this.position}`
  }
}

/** The stream is parked: the projection went by, and holds back this stream's events from `version` on. */
export class StreamParked extends Data.TaggedError("StreamParked")<{
  readonly projection: string
  readonly stream: StreamName
  readonly reason: string
}> {
  override get message(): string {
    return `projection "${this.projection}" has parked stream "${this.stream}": ${this.reason}`
  }
}

/** No such stream is parked. */
export class NotParked extends Data.TaggedError("NotParked")<{
  readonly projection: string
  readonly stream: StreamName
}> {
  override get message(): string {
    return `stream "${this.stream}" is not parked by projection "${this.projection}"`
  }
}
