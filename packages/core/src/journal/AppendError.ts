/** The errors of an append. A refused append stores nothing. */
import * as Option from "effect/Option"
import type { EventId } from "../event/EventId.ts"
import { printable } from "../event/internal/Printable.ts"
import { TaggedError } from "../event/internal/TaggedError.ts"
import type { InvalidInput } from "../event/InvalidInput.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StreamVersion } from "../event/StreamVersion.ts"
import * as ExpectedVersion from "./ExpectedVersion.ts"

/** The idempotency key was used for a commit with a different fingerprint. */
export class IdempotencyConflict extends TaggedError("IdempotencyConflict")<{ readonly key: string }> {
  override get message(): string {
    return printable(`idempotency key "${this.key}" was used before with different content: use a new key`)
  }
}

/** The stream is not as expected. `actual` is its version, None if it has no events. */
export class VersionConflict extends TaggedError("VersionConflict")<{
  readonly stream: StreamName
  readonly expected: ExpectedVersion.ExpectedVersion
  readonly actual: Option.Option<StreamVersion>
  /**
   * The id of the stream's last event, if only that is not as expected: the stream lost events after the writer read it,
   * and other events were stored instead. The writer's copy of the stream is wrong.
   */
  readonly lastEventId?: EventId | undefined
}> {
  override get message(): string {
    const { lastEventId, stream } = this
    const actual = Option.match(this.actual, { onNone: () => "has no events", onSome: (v) => `is at version ${v}` })
    return printable(
      lastEventId === undefined
        ? `stream "${stream}" ${actual}, expected ${ExpectedVersion.format(this.expected)}`
        : `stream "${stream}" ${actual} as expected, but its last event is ${lastEventId} and not the expected one: the log lost events and others were stored; read the stream again from its start`
    )
  }
}

/** Makes the `VersionConflict` of a stream at a version; 0 = no events. `lastEventId` is given if the version is as expected. */
export const versionConflict = (
  stream: StreamName,
  expected: ExpectedVersion.ExpectedVersion,
  version: StreamVersion,
  lastEventId?: EventId
): VersionConflict => {
  const actual = version === 0 ? Option.none() : Option.some(version)
  return new VersionConflict({ stream, expected, actual, ...(lastEventId === undefined ? {} : { lastEventId }) })
}

/**
 * Whether the stream can never become as expected again, because the versions of a stream never decrease. A conflict
 * below the expected version is not final: an earlier copy of the same append may still arrive and be stored.
 */
export const isFinal = ({ actual, expected, lastEventId }: VersionConflict): boolean => {
  const version = Option.getOrElse(actual, () => 0)
  return lastEventId !== undefined || version > (expected._tag === "Exact" ? expected.version : 0)
}

/** An event with this id is already stored, or the commit contains the id twice. */
export class DuplicateEventId extends TaggedError("DuplicateEventId")<{ readonly id: EventId }> {
  override get message(): string {
    return printable(`event id ${this.id} is already used: give each event a new id`)
  }
}

/** All errors of an append, in the order in which a store checks. */
export type AppendError = InvalidInput | IdempotencyConflict | VersionConflict | DuplicateEventId
