/**
 * A past point up to which events count, itself included. A version or a position selects a prefix; an instant filters
 * the events in log order, because events may be back-dated.
 */
import * as DateTime from "effect/DateTime"
import { Position } from "../event/Position.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import { StreamVersion } from "../event/StreamVersion.ts"

/** A past point of a stream. All except `Version` are past points of the whole log, too. */
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

/** As of an instant of the store's clock: the events that were stored by then. */
export const recordedAt = (instant: DateTime.Utc): AsOfLog => ({ _tag: "RecordedAt", instant })

/** As of an instant of the domain's clock: the events that had happened by then, as known today. */
export const occurredAt = (instant: DateTime.Utc): AsOfLog => ({ _tag: "OccurredAt", instant })

/** Whether an event counts as of this point. */
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
