/**
 * A point in the past: a read returns events up to it, inclusive. A version or a position selects a prefix of the log;
 * a time filters the log, because events may be back-dated.
 */
import * as DateTime from "effect/DateTime"
import { toUtc } from "../event/internal/Times.ts"
import { Position } from "../event/Position.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"
import { StreamVersion } from "../event/StreamVersion.ts"

/** A point in the past of one stream. All but `Version` also apply to the whole log. */
export type AsOf = AsOfVersion | AsOfLog

/** The stream's first `version` events. */
export interface AsOfVersion {
  readonly _tag: "Version"
  readonly version: StreamVersion
}

/** A point in the past of the whole log. */
export type AsOfLog =
  | { readonly _tag: "Position"; readonly position: Position }
  | { readonly _tag: "RecordedAt"; readonly instant: DateTime.Utc }
  | { readonly _tag: "OccurredAt"; readonly instant: DateTime.Utc }

/** As of a stream version: its first `n` events. */
export const version = (n: number): AsOfVersion => ({ _tag: "Version", version: StreamVersion(n) })

/** As of a position of the global log. */
export const position = (n: number): AsOfLog => ({ _tag: "Position", position: Position(n) })

/** As of a time of the store's clock: the events that were stored by then. */
export const recordedAt = (instant: DateTime.Utc | Date): AsOfLog => ({ _tag: "RecordedAt", instant: toUtc(instant) })

/** As of a time of the domain's clock: the events that had occurred by then, as stored today. */
export const occurredAt = (instant: DateTime.Utc | Date): AsOfLog => ({ _tag: "OccurredAt", instant: toUtc(instant) })

/** Whether an event is at or before the point. */
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
