/** Given these events of these streams, then those rows: a projection's examples. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Projection } from "@refold/core/project/Projection"
import { refold } from "@refold/core/project/ProjectionFold"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { mismatch } from "../../kit/internal/Mismatch.ts"
import { type Happened, logOf } from "./PureLog.ts"

/** What is known of events beside the events themselves; 1970 and nothing, by default. */
export type Happening = Pick<Happened<never>, "occurredAt" | "metadata">

/** A projection, and what has happened so far. Each expectation throws an assertion error that shows both sides. */
export interface ProjectionSpec<Event, State> {
  /** After these events of a stream, which come after all that were given before. */
  readonly given: (
    stream: string,
    events: ReadonlyArray<Event>,
    happening?: Happening
  ) => ProjectionSpec<Event, State>
  /** The row with this key is in this state. */
  readonly thenRow: (key: string, state: State) => ProjectionSpec<Event, State>
  /** There is no row with this key: no event has touched it, or it was removed. */
  readonly thenNoRow: (key: string) => ProjectionSpec<Event, State>
}

export const make = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>
): ProjectionSpec<Event, State> => from(projection, [])

const from = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  happened: ReadonlyArray<Happened<Event>>
): ProjectionSpec<Event, State> => {
  const spec: ProjectionSpec<Event, State> = {
    given: (stream, events, { metadata, occurredAt } = {}) =>
      from(projection, [...happened, ...events.map((event) => ({ stream, event, metadata, occurredAt }))]),
    thenRow: (key, state) => compare(key, state),
    thenNoRow: (key) => compare(key, "no row")
  }
  const compare = (key: string, expected: unknown) => {
    const states = statesOf(projection, happened)
    const actual = states.has(key) ? states.get(key) : "no row"
    if (Equal.equals(actual, expected)) return spec
    throw mismatch(`row "${key}" is another; the rows are ${shown([...states.keys()])}`, { actual, expected })
  }
  return spec
}

const shown = (keys: ReadonlyArray<string>): string => keys.map((key) => JSON.stringify(key)).join(", ") || "none"

const statesOf = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  happened: ReadonlyArray<Happened<Event>>
): ReadonlyMap<string, State> => {
  const { poisoned: [poisoned], rows } = refold(projection, logOf(projection, happened))
  if (poisoned !== undefined)
    throw mismatch(poisoned.message, { actual: poisoned.reason, expected: "an event that folds" })
  return new Map([...rows].map(([key, { state }]) => [key, Result.getOrThrow(projection.decode(state))]))
}
