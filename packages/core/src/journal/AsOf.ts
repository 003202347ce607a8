/**
 * A point in the past up to which events count, itself included. A version or a position is a prefix of the log; an
 * instant is a filter in log order, for events may be back-dated.
 */
import * as DateTime from "effect/DateTime"
import { Position } from "../event/Position.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import { StreamVersion } from "../event/StreamVersion.ts"

/** A past point of a stream; all but `Version` are also past points of the whole log. */
export type AsOf = AsOfVersion | AsOfLog

/** The stream's first `version` events. */
export interface AsOfVersion {
  readonly _tag: "Version"
  readonly version: StreamVersion
}

/** A past point of the whole log. */
export type AsOfLog =
  | { readonly _tag: "Position"; readonly position: Position }
  | { readonly _tag: "RecordedAt"; readonly instant: DateTime.Utc }
  | { readonly _tag: "OccurredAt"; readonly instant: DateTime.Utc }

/** As of a stream version: its first `n` events. */
export const version = (n: number): AsOfVersion => ({ _tag: "Version", version: StreamVersion(n) })

/** As of a position of the global log. */
export const position = (n: number): AsOfLog => ({ _tag: "Position", position: Position(n) })

/** As of an instant of the store's clock: what the store knew then. */
export const recordedAt = (instant: DateTime.Utc): AsOfLog => ({ _tag: "RecordedAt", instant })

/** As of an instant of the domain's clock: what had happened by then, as known today. */
export const occurredAt = (instant: DateTime.Utc): AsOfLog => ({ _tag: "OccurredAt", instant })

/** Whether an event counts as of then. */
export const includes = (asOf: AsOf, event: RecordedEvent): boolean => {
  switch (asOf._tag) {
    case "Version":
      return event.version <= asOf.version
    case "Position":
      return event.position <= asOf.position
    case "RecordedAt":
      return DateTime.isLessThanOrEqualTo(event.recordedAt, asOf.instant)
    case "OccurredAt":
      return DateTime.isLessThanOrEqualTo(event.occurredAt, asOf.instant)
  }
}
