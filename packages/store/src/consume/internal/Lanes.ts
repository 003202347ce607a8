/**
 * Which event of a batch a consumer handles next, where it handles several at the same time: the first one that is free. Those of a
 * stream wait for each other, and no event behind one that has failed is begun.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Result from "effect/Result"

/** What became of an event. */
export type Ended = Result.Result<void, PoisonedEvent>

/**
 * What became of events that the checkpoint does not cover, by their ids: the next batch does not handle them again. In memory only,
 * so that a crash repeats them.
 */
export type Remembered = ReadonlyMap<string, Ended>

/** The events of a batch, and how far they are. */
export interface Lanes {
  readonly events: ReadonlyArray<RecordedEvent>
  /** By the place in `events`; undefined before the event is begun. */
  readonly states: Array<Ended | "in hand" | "waiting" | undefined>
  /** The streams that have an event in hand. */
  readonly busy: Set<StreamName>
  /** All events before this place are begun. */
  first: number
  /** The place of the first event that has failed; no event behind it is begun. */
  limit: number
  /** The number of events that were begun. */
  begun: number
}

/** The lanes of a batch. Events of `waiting` streams are passed over, and remembered ones are not handled again. */
export const make = (
  events: ReadonlyArray<RecordedEvent>,
  waiting: ReadonlySet<StreamName>,
  remembered: Remembered
): Lanes => {
  const states = events.map(({ id, stream }) => waiting.has(stream) ? "waiting" : remembered.get(id))
  const failed = states.findIndex(isFailed)
  return { events, states, busy: new Set(), first: 0, limit: failed === -1 ? events.length : failed, begun: 0 }
}

/** The place of the next event to handle, which is in hand from now on; none if no further event can become free. */
export const take = (lanes: Lanes): number | undefined => {
  const { busy, events, limit, states } = lanes
  while (lanes.first < limit && states[lanes.first] !== undefined) lanes.first++
  for (let place = lanes.first; place < limit; place++) {
    const { stream } = events[place]!
    if (states[place] !== undefined || busy.has(stream)) continue
    busy.add(stream)
    states[place] = "in hand"
    lanes.begun++
    return place
  }
  return undefined
}

/** Stores what became of the event in hand at this place. */
export const end = (lanes: Lanes, place: number, ended: Ended): void => {
  lanes.states[place] = ended
  lanes.busy.delete(lanes.events[place]!.stream)
  if (isFailed(ended)) lanes.limit = Math.min(lanes.limit, place)
}

/** How far a batch has come. */
export interface Progress {
  /** The number of events before the first one that is not handled. */
  readonly covered: number
  /** That one, if it has failed. */
  readonly failed: PoisonedEvent | undefined
  /** Those behind it that have ended. */
  readonly remembered: Remembered
}

/** How far the batch has come, when no event is in hand any more. */
export const progress = ({ events, states }: Lanes): Progress => {
  const open = states.findIndex((state) => state === undefined || isFailed(state))
  const covered = open === -1 ? events.length : open
  const next = states[covered]
  const behind = events.flatMap(({ id }, place) => {
    const state = states[place]
    return place > covered && Result.isResult(state) ? [[id, state] as const] : []
  })
  return { covered, failed: isFailed(next) ? next.failure : undefined, remembered: new Map(behind) }
}

/** Those that were handled. */
export const withoutFailures = (remembered: Remembered): Remembered =>
  new Map([...remembered].filter(([, ended]) => Result.isSuccess(ended)))

const isFailed = (state: Lanes["states"][number]): state is Result.Failure<void, PoisonedEvent> =>
  Result.isResult(state) && Result.isFailure(state)
