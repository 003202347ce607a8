/** Records the events of a write: with the next versions and positions, and a time that never decreases in a stream. */
import * as DateTime from "effect/DateTime"
import { Position } from "../../event/Position.ts"
import type { RecordedEvent } from "../../event/RecordedEvent.ts"
import { StreamVersion } from "../../event/StreamVersion.ts"
import type { StreamWrite } from "../Commit.ts"
import type { AppendOnlyLog } from "./AppendOnlyLog.ts"

/** The place in the journal at which a write is recorded. */
export interface Place {
  /** The position of the last event of the log. */
  readonly head: number
  /** The position of the first event of the commit. */
  readonly commit: Position
  /** The stream of the write. */
  readonly before: AppendOnlyLog<RecordedEvent>
  /** The store's clock. */
  readonly now: DateTime.Utc
}

/** The recorded events of a write. */
export const record = (
  { before, commit, head, now }: Place,
  { events, stream }: StreamWrite
): ReadonlyArray<RecordedEvent> => {
  const last = before.items[before.size - 1]
  const recordedAt = last === undefined ? now : DateTime.max(last.recordedAt, now)
  return events.map((event, index) =>
    Object.freeze({
      ...event,
      stream,
      version: StreamVersion(before.size + index + 1),
      position: Position(head + index + 1),
      commit,
      recordedAt
    })
  )
}
