/** Examples of a projection: given these events of these streams, then these rows. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Projection } from "@refold/core/project/Projection"
import { refold } from "@refold/core/project/ProjectionFold"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { assertionError } from "../../kit/internal/AssertionError.ts"
import { type LoggedEvent, logOf } from "./InMemoryLog.ts"

/** The time and the metadata of events. By default they occurred in 1970 and have no metadata. */
export type EventContext = Pick<LoggedEvent<never>, "occurredAt" | "metadata">

/**
 * A projection and the events so far. An expectation that does not hold throws an assertion error with both sides;
 * otherwise it returns this spec.
 */
export interface ProjectionSpec<Event, State> {
  /** Adds events of a stream, after all events given before. */
  readonly given: (
    stream: string,
    events: ReadonlyArray<Event>,
    context?: EventContext
  ) => ProjectionSpec<Event, State>
  /** Expects the row with this key to have this state. */
  readonly thenRow: (key: string, state: State) => ProjectionSpec<Event, State>
  /** Expects no row with this key: no event has that key, or the row was removed. */
  readonly thenNoRow: (key: string) => ProjectionSpec<Event, State>
}

/** Examples of a projection, before any event. */
export const make = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>
): ProjectionSpec<Event, State> => from(projection, [])

const from = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  logged: ReadonlyArray<LoggedEvent<Event>>
): ProjectionSpec<Event, State> => {
  const spec: ProjectionSpec<Event, State> = {
    given: (stream, events, { metadata, occurredAt } = {}) =>
      from(projection, [...logged, ...events.map((event) => ({ stream, event, metadata, occurredAt }))]),
    thenRow: (key, state) => compare(key, state),
    thenNoRow: (key) => compare(key, "no row")
  }
  const compare = (key: string, expected: unknown) => {
    const states = statesOf(projection, logged)
    const actual = states.has(key) ? states.get(key) : "no row"
    if (Equal.equals(actual, expected)) return spec
    throw assertionError(`row "${key}" differs; the rows are ${shown([...states.keys()])}`, { actual, expected })
  }
  return spec
}

const shown = (keys: ReadonlyArray<string>): string => keys.map((key) => JSON.stringify(key)).join(", ") || "none"

const statesOf = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  logged: ReadonlyArray<LoggedEvent<Event>>
): ReadonlyMap<string, State> => {
  const { poisoned: [poisoned], rows } = refold(projection, logOf(projection, logged))
  if (poisoned !== undefined)
    throw assertionError(poisoned.message, { actual: poisoned.reason, expected: "an event that folds" })
  return new Map([...rows].map(([key, { state }]) => [key, Result.getOrThrow(projection.decode(state))]))
}
