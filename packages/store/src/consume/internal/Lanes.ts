/**
 * The next event of a batch for a consumer that handles several at the same time: the first whose stream has no running handler.
 * Events of a stream are handled one after another, and no event after a failed one is begun.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Result from "effect/Result"

/** The outcome of an event. */
export type Ended = Result.Result<void, PoisonedEvent>

/**
 * The outcomes of events that the checkpoint does not cover, by event id: the next batch does not handle them again. They are in
 * memory only, so a crash repeats these events.
 */
export type Outcomes = ReadonlyMap<string, Ended>

/** The events of a batch, and the progress of each. */
export interface Lanes {
  readonly events: ReadonlyArray<RecordedEvent>
  /** By the place in `events`; undefined before the event is begun. */
  readonly states: Array<Ended | "running" | "waiting" | undefined>
  /** The streams with a running handler. */
  readonly busy: Set<StreamName>
  /** All events before this place are begun. */
  first: number
  /** The place of the first event that has failed; no event after it is begun. */
  limit: number
  /** The number of events that were begun. */
  begun: number
}

/** The lanes of a batch. Events of `waiting` streams are skipped, and events with a known outcome are not handled again. */
export const make = (
  events: ReadonlyArray<RecordedEvent>,
  waiting: ReadonlySet<StreamName>,
  outcomes: Outcomes
): Lanes => {
  const states = events.map(({ id, stream }) => waiting.has(stream) ? "waiting" : outcomes.get(id))
  const failed = states.findIndex(isFailed)
  return { events, states, busy: new Set(), first: 0, limit: failed === -1 ? events.length : failed, begun: 0 }
}

/** The place of the next event to handle, whose stream is busy from now on; none if no event can become free. */
export const take = (lanes: Lanes): number | undefined => {
  const { busy, events, limit, states } = lanes
  while (lanes.first < limit && states[lanes.first] !== undefined) lanes.first++
  for (let place = lanes.first; place < limit; place++) {
    const { stream } = events[place]!
    if (states[place] !== undefined || busy.has(stream)) continue
    busy.add(stream)
    states[place] = "running"
    lanes.begun++
    return place
  }
  return undefined
}

/** Stores the outcome of the event at this place, which was being handled. */
export const end = (lanes: Lanes, place: number, ended: Ended): void => {
  lanes.states[place] = ended
  lanes.busy.delete(lanes.events[place]!.stream)
  if (isFailed(ended)) lanes.limit = Math.min(lanes.limit, place)
}

/** The progress of a batch. */
export interface Progress {
  /** The number of events before the first one that is not handled. */
  readonly covered: number
  /** That event, if it has failed. */
  readonly failed: PoisonedEvent | undefined
  /** The events after it that have ended. */
  readonly outcomes: Outcomes
}

/** The progress of the batch, after the last handler has ended. */
export const progress = ({ events, states }: Lanes): Progress => {
  const open = states.findIndex((state) => state === undefined || isFailed(state))
  const covered = open === -1 ? events.length : open
  const next = states[covered]
  const behind = events.flatMap(({ id }, place) => {
    const state = states[place]
    return place > covered && Result.isResult(state) ? [[id, state] as const] : []
  })
  return { covered, failed: isFailed(next) ? next.failure : undefined, outcomes: new Map(behind) }
}

/** The outcomes of handled events, without failures. */
export const withoutFailures = (outcomes: Outcomes): Outcomes =>
  new Map([...outcomes].filter(([, ended]) => Result.isSuccess(ended)))

const isFailed = (state: Lanes["states"][number]): state is Result.Failure<void, PoisonedEvent> =>
  Result.isResult(state) && Result.isFailure(state)
