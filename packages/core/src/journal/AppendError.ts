/** The ways a store refuses an append. Each leaves the store as it was. */
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import type { EventId } from "../event/EventId.ts"
import type { InvalidInput } from "../event/InvalidInput.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as ExpectedVersion from "./ExpectedVersion.ts"

/** The idempotency key was used before, for something else. */
export class IdempotencyConflict extends Data.TaggedError("IdempotencyConflict")<{ readonly key: string }> {
  override get message(): string {
    return `idempotency key "${this.key}" was used before with another content`
  }
}

/** A stream is not at the version the writer expected; `actual` is None where it has no events. */
export class VersionConflict extends Data.TaggedError("VersionConflict")<{
  readonly stream: StreamName
  readonly expected: ExpectedVersion.ExpectedVersion
  readonly actual: Option.Option<StreamVersion>
}> {
  override get message(): string {
    const actual = Option.match(this.actual, { onNone: () => "has no events", onSome: (v) => `is at version ${v}` })
    return `stream "${this.stream}" ${actual}, expected ${ExpectedVersion.format(this.expected)}`
  }
}

/** The conflict of an expectation with the version that the stream is at; 0 = no events. */
export const versionConflict = (
  stream: StreamName,
  expected: ExpectedVersion.ExpectedVersion,
  version: StreamVersion
): VersionConflict =>
  new VersionConflict({ stream, expected, actual: version === 0 ? Option.none() : Option.some(version) })

/** An event with this id is stored already, or stands twice in one commit. */
export class DuplicateEventId extends Data.TaggedError("DuplicateEventId")<{ readonly id: EventId }> {
  override get message(): string {
    return `an event with id ${this.id} exists already`
  }
}

/** Every way an append can be refused: bad input first, then in the order in which a store checks. */
export type AppendError = InvalidInput | IdempotencyConflict | VersionConflict | DuplicateEventId
