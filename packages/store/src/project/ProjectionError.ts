/** The errors of projections and of reading their rows. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as Option from "effect/Option"

/** The store has no projection or consumer of this name. Run it once. */
export class UnknownProjection extends TaggedError("UnknownProjection")<{ readonly projection: string }> {
  override get message(): string {
    return printable(
      `projection "${this.projection}" has never been run on this store: run it, or the consumer of this name, first`
    )
  }
}

/** The first build of the projection is still running; it has no rows until that is done. */
export class ProjectionNotReady extends TaggedError("ProjectionNotReady")<{
  readonly projection: string
  /** The checkpoint of the first build. */
  readonly checkpoint: Position
}> {
  override get message(): string {
    return printable(
      `projection "${this.projection}" is still in its first build, at position ${this.checkpoint}: wait for a position with ReadModel.awaitPosition, or try again later`
    )
  }
}

/** A newer version of the projection is live: newer code is deployed, and this code must not write its rows. */
export class ProjectionOutdated extends TaggedError("ProjectionOutdated")<{
  readonly projection: string
  /** The version of this code. */
  readonly version: number
  /** The version that is live. */
  readonly live: number
}> {
  override get message(): string {
    return printable(
      `projection "${this.projection}" is live at version ${this.live}, but this code has version ${this.version}: deploy the newer code`
    )
  }
}

/**
 * The stored projection of this name has another definition than this code: other event types, categories or indexes, or it is
 * another kind of projection. Or an index of an inline projection was used while its rows are of another version: the index has
 * the values of that version. Nothing was written.
 */
export class DefinitionMismatch extends TaggedError("DefinitionMismatch")<{
  readonly projection: string
  /** The version of this code. */
  readonly version: number
  /** The version that is stored. */
  readonly stored: number
  /** The difference, as text. */
  readonly differences: ReadonlyArray<string>
  /** How to resolve it. */
  readonly remedy: string
}> {
  override get message(): string {
    const different = this.differences.join("; ")
    return printable(
      `version ${this.stored} of projection "${this.projection}" is stored with another definition than version ${this.version} of this code: ${different}: ${this.remedy}`
    )
  }
}

/** A stored row does not fit the schema of the projection: other code wrote it. */
export class UnreadableRow extends TaggedError("UnreadableRow")<{
  readonly projection: string
  readonly key: string
  /** The version of the projection that wrote the row. */
  readonly version: number
  readonly reason: string
}> {
  override get message(): string {
    return printable(
      `row "${this.key}" of projection "${this.projection}", version ${this.version}, cannot be read: ${this.reason}. Raise the version of the projection, so that its rows are built from the events again`
    )
  }
}

/** The projection did not reach a position before the timeout. */
export class AwaitTimeout extends TaggedError("AwaitTimeout")<{
  readonly projection: string
  readonly position: Position
  /** The last checkpoint seen; None if the projection had no rows yet. */
  readonly reached: Option.Option<Position>
}> {
  override get message(): string {
    const reached = Option.match(this.reached, {
      onNone: () => "has no rows yet",
      onSome: (p) => `is at position ${p}`
    })
    return printable(
      `projection "${this.projection}" ${reached} and did not reach position ${this.position} in time: check that a Projector runs it, or allow a longer timeout`
    )
  }
}

/** The projection has parked the stream: the stream's events from the poisoned one on are missing from the rows. */
export class StreamParked extends TaggedError("StreamParked")<{
  readonly projection: string
  readonly stream: StreamName
  readonly reason: string
}> {
  override get message(): string {
    return printable(
      `projection "${this.projection}" has parked stream "${this.stream}": ${this.reason}. Repair the cause and run Parked.retry, or run Parked.discard`
    )
  }
}

/** The projection has not parked the stream. */
export class NotParked extends TaggedError("NotParked")<{
  readonly projection: string
  readonly stream: StreamName
}> {
  override get message(): string {
    return printable(
      `stream "${this.stream}" is not parked by projection "${this.projection}": Parked.list names the streams that are`
    )
  }
}
