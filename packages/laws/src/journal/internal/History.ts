/**
 * What a run added to a store's log. Positions of different stores are compared by rank: the first event of a history
 * has rank 1, whatever its position.
 */
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Appended } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

export interface History {
  /** The head of the log before. */
  readonly start: Position
  /** In the order of their positions. */
  readonly events: ReadonlyArray<RecordedEvent>
}

/** The position of the event of a rank; past the last event, a position past any. Invalid ranks are passed on. */
export const positionAt = ({ events, start }: History, rank: number): Position => {
  if (rank === 0) return start
  if (!Number.isSafeInteger(rank) || rank < 0) return Position(rank)
  return events[rank - 1]?.position ?? Position(Number.MAX_SAFE_INTEGER)
}

/** The rank of a position: -1 where no event of the history has it. */
const rankOf = ({ events, start }: History, position: Position): number =>
  position === start ? 0 : events.findIndex((event) => event.position === position) + 1 || -1

/** Events with ranks for positions. */
export const ranked = (history: History, events: ReadonlyArray<RecordedEvent>): ReadonlyArray<object> =>
  events.map((event) => ({ ...event, position: rankOf(history, event.position) }))

/** The history as any store tells it: with ranks for positions, and without the times of its own clock. */
export const timeless = (history: History): ReadonlyArray<object> =>
  history.events.map(({ recordedAt: _own, ...event }, index) => ({ ...event, position: index + 1 }))

/** The result of a commit as any store gives it: of its times only whether they are those of the events. */
export const rankedAppended = (history: History, { position, streams, ...rest }: Appended): object => ({
  ...rest,
  position: rankOf(history, position),
  streams: streams.map(({ position, recordedAt, ...place }) => ({
    ...place,
    position: rankOf(history, position),
    recordedWithItsEvents: Equal.equals(recordedAt, history.events[rankOf(history, position) - 1]?.recordedAt)
  }))
})

/** The same history in a Journal, where ranks are positions. Times that run backwards are lost. */
export const mirror = ({ events }: History): Journal.Journal =>
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
