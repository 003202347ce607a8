/** Why a store refuses an append. A refused append stores nothing. */
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import type { EventId } from "../event/EventId.ts"
import type { InvalidInput } from "../event/InvalidInput.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as ExpectedVersion from "./ExpectedVersion.ts"

/** The idempotency key was used for a commit with a different fingerprint. */
export class IdempotencyConflict extends Data.TaggedError("IdempotencyConflict")<{ readonly key: string }> {
  override get message(): string {
    return `idempotency key "${this.key}" was used before with different content: use a new key`
  }
}

/** The stream is not at the expected version; `actual` is None if it has no events. */
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

/** Makes the `VersionConflict` of a stream at a version; 0 = no events. */
export const versionConflict = (
  stream: StreamName,
  expected: ExpectedVersion.ExpectedVersion,
  version: StreamVersion
): VersionConflict =>
  new VersionConflict({ stream, expected, actual: version === 0 ? Option.none() : Option.some(version) })

/** An event with this id is already stored, or the commit contains the id twice. */
export class DuplicateEventId extends Data.TaggedError("DuplicateEventId")<{ readonly id: EventId }> {
  override get message(): string {
    return `event id ${this.id} is already used: give each event a new id`
  }
}

/** All errors of an append, in the order in which a store checks. */
export type AppendError = InvalidInput | IdempotencyConflict | VersionConflict | DuplicateEventId
