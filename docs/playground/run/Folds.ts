/** Folds that give text: of a stream to states, of a log to rows, of an array to states. */
import { Result } from "effect"
import { type Aggregate, type EventType, type Projection, ProjectionFold, type RecordedEvent, View } from "refold"
import { count, cut, limits } from "../Limits.ts"
import type { ShownEvent } from "../Protocol.ts"
import * as Show from "./Show.ts"

/** The state of one stream after each of its events, from the first one on. Throws where an event cannot be folded. */
export type StateFold = (event: RecordedEvent.RecordedEvent) => string

/** The rows that an event changes; undefined for a removed row. Throws where it cannot be folded. */
export type RowFold = (event: RecordedEvent.RecordedEvent) => ReadonlyMap<string, string | undefined>

/** The states of a stream of an aggregate. */
export const states = <Command, State, Event extends EventType.Tagged, Refusal>(
  { decider, events }: Aggregate.Aggregate<Command, State, Event, Refusal>
): StateFold => {
  let state = decider.initialState
  return (event) => {
    state = View.foldFrom(decider, state, Result.getOrThrow(events.decode(event)))
    return Show.json(state)
  }
}

/** The rows of a projection. */
export const rows = <Event extends EventType.Tagged, State>(
  projection: Projection.Projection<Event, State, string>
): RowFold => {
  const stored = new Map<string, ProjectionFold.StoredRow>()
  return (event) => {
    if (!ProjectionFold.reads(projection, event)) return new Map()
    const { changed, poisoned } = ProjectionFold.foldBatch(projection, stored, [
      ProjectionFold.prepare(projection, event)
    ])
    if (poisoned[0] !== undefined) throw poisoned[0]
    if (changed.size > limits.rows) throw new Error(`one event changes ${count(changed.size)} rows`)
    for (const [key, row] of changed) {
      if (row === undefined) stored.delete(key)
      else stored.set(key, row)
    }
    return new Map([...changed].map(([key, row]) => [key, row === undefined ? undefined : Show.json(row.state)]))
  }
}

/** The events of an array, with the state of a view after each. Throws where one of them cannot be folded. */
export const history = <State, Event>(
  view: View.View<State, Event>,
  events: ReadonlyArray<Event>
): ReadonlyArray<ShownEvent> => {
  let state = view.initialState
  return events.map((event, index) => {
    state = view.evolve(state, event)
    return { position: index + 1, stream: "", version: index + 1, ...parts(event), state: Show.json(state) }
  })
}

const parts = (event: unknown): Pick<ShownEvent, "type" | "data"> => {
  if (typeof event !== "object" || event === null || !("_tag" in event)) return { type: "", data: Show.json(event) }
  const { _tag, ...data } = event
  return { type: cut(String(_tag)), data: Show.json(data) }
}
