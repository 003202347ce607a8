/**
 * The events that a run added to a store's log. Stores assign different positions, so positions are compared by rank: the
 * first event of a history has rank 1.
 */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Appended } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

/** The part of a log that belongs to one run. */
export interface History {
  /** The head of the log before the run. */
  readonly start: Position
  /** In the order of their positions. */
  readonly events: ReadonlyArray<RecordedEvent>
}

/** The position of the event with this rank, or one beyond the log where there is no such event. Invalid ranks stay as they are. */
export const positionAt = ({ events, start }: History, rank: number): Position => {
  if (rank === 0) return start
  if (!Number.isSafeInteger(rank) || rank < 0) return Position(rank)
  return events[rank - 1]?.position ?? Position(Number.MAX_SAFE_INTEGER)
}

/** The rank of a position; -1 where no event of the history has it. */
const rankOf = ({ events, start }: History, position: Position): number =>
  position === start ? 0 : events.findIndex((event) => event.position === position) + 1 || -1

/** Events, or streams with their last events, with ranks instead of positions. */
export const ranked = (
  history: History,
  events: ReadonlyArray<Pick<RecordedEvent, "position">>
): ReadonlyArray<object> => events.map((event) => ({ ...event, position: rankOf(history, event.position) }))

/** The part of a history that is the same in every store: ranks instead of positions, without `recordedAt`. */
export const withoutStoreTimes = (history: History): ReadonlyArray<object> =>
  history.events.map(({ recordedAt: _clock, ...event }, index) => ({ ...event, position: index + 1 }))

/**
 * The part of a commit's result that is the same in every store: ranks instead of positions, and of its times only
 * whether they equal those of the stored events.
 */
export const rankedAppended = (history: History, { position, streams, ...rest }: Appended): object => ({
  ...rest,
  position: rankOf(history, position),
  streams: streams.map(({ position, recordedAt, ...place }) => ({
    ...place,
    position: rankOf(history, position),
    recordedWithItsEvents: Equal.equals(recordedAt, history.events[rankOf(history, position) - 1]?.recordedAt)
  }))
})

/** The same history in a Journal, where ranks are positions. A Journal does not keep times that decrease within a stream. */
export const toJournal = ({ events }: History): Journal.Journal =>
  events.reduce((journal, event) => {
    const { id, type, schemaVersion, data, metadata, occurredAt, recordedAt, stream } = event
    const events = [{ id, type, schemaVersion, data, metadata, occurredAt }] as const
    const commit = { writes: [{ stream, expected: ExpectedVersion.Any, events }] } as const
    return Result.getOrThrow(Journal.append(journal, commit, recordedAt))[0]
  }, Journal.empty)

/** A whole journal as a history. */
export const ofJournal = (journal: Journal.Journal): History => ({
  start: Position(0),
  events: Result.getOrThrow(Journal.readAll(journal))
})
