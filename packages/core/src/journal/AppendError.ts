/** The errors of an append that a store refuses. Nothing was stored. */
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import type { EventId } from "../event/EventId.ts"
import type { InvalidInput } from "../event/InvalidInput.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as ExpectedVersion from "./ExpectedVersion.ts"

/** The idempotency key was used before for another content. */
export class IdempotencyConflict extends Data.TaggedError("IdempotencyConflict")<{ readonly key: string }> {
  override get message(): string {
    return `idempotency key "${this.key}" was used before for another content: use a new key`
  }
}

/** A stream is not at the expected version; `actual` is None if it has no events. */
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

/** The conflict of an expected version with the actual one, which is 0 for a stream without events. */
export const versionConflict = (
  stream: StreamName,
  expected: ExpectedVersion.ExpectedVersion,
  version: StreamVersion
): VersionConflict =>
  new VersionConflict({ stream, expected, actual: version === 0 ? Option.none() : Option.some(version) })

/** An event with this id is stored already, or is in the commit twice. */
export class DuplicateEventId extends Data.TaggedError("DuplicateEventId")<{ readonly id: EventId }> {
  override get message(): string {
    return `an event with id ${this.id} exists already`
  }
}

/** The errors of an append, in the order in which a store checks. */
export type AppendError = InvalidInput | IdempotencyConflict | VersionConflict | DuplicateEventId
