/**
 * The events that a run added to a store's log. Stores assign different positions, so positions are compared by rank: the
 * first event of a history has rank 1.
 */
import type { NewEvent } from "@refold/core/event/NewEvent"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Appended } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

/** The part of a log that belongs to one run. */
export interface History {
  /** The head of the log before the run. */
  readonly start: Position
  /** In the order of their positions. */
  readonly events: ReadonlyArray<RecordedEvent>
}

/** The position of the event with this rank, or one beyond the log if there is no such event. Invalid ranks stay as they are. */
export const positionAt = ({ events, start }: History, rank: number): Position => {
  if (rank === 0) return start
  if (!Number.isSafeInteger(rank) || rank < 0) return Position(rank)
  return events[rank - 1]?.position ?? Position(Number.MAX_SAFE_INTEGER)
}

/** The rank of a position; -1 if no event of the history has it. */
const rankOf = ({ events, start }: History, position: Position): number =>
  position === start ? 0 : events.findIndex((event) => event.position === position) + 1 || -1

/** Events, or streams with their last events, with ranks instead of positions. */
export const ranked = (
  history: History,
  events: ReadonlyArray<Pick<RecordedEvent, "position"> & Partial<Pick<RecordedEvent, "commit">>>
): ReadonlyArray<object> =>
  events.map(({ commit, ...event }) => ({
    ...event,
    position: rankOf(history, event.position),
    ...commit === undefined ? {} : { commit: rankOf(history, commit) }
  }))

/** The part of a history that is the same in every store: ranks instead of positions, without `recordedAt`. */
export const withoutStoreTimes = (history: History): ReadonlyArray<object> =>
  history.events.map(({ recordedAt: _clock, ...event }, index) => ({
    ...event,
    position: index + 1,
    commit: rankOf(history, event.commit)
  }))

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
  commitsOf(events).reduce((journal, stored) => {
    const writes = Arr.map(Arr.groupWith(stored, (one, other) => one.stream === other.stream), (events) => ({
      stream: events[0].stream,
      expected: ExpectedVersion.Any,
      events: events.map(toNewEvent)
    }))
    // A stream's time is the clock's, or that of its last event if later: the earliest of them gives all.
    const clock = stored.reduce((first, { recordedAt }) => DateTime.min(first, recordedAt), stored[0].recordedAt)
    return Result.getOrThrow(Journal.append(journal, { writes }, clock))[0]
  }, Journal.empty)

const commitsOf = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<Arr.NonEmptyReadonlyArray<RecordedEvent>> =>
  Arr.isReadonlyArrayNonEmpty(events) ? Arr.groupWith(events, (one, other) => one.commit === other.commit) : []

const toNewEvent = ({ data, id, metadata, occurredAt, schemaVersion, type }: RecordedEvent): NewEvent => ({
  id,
  type,
  schemaVersion,
  data,
  metadata,
  occurredAt
})

/** A whole journal as a history. */
export const ofJournal = (journal: Journal.Journal): History => ({
  start: Position(0),
  events: Result.getOrThrow(Journal.readAll(journal))
})
