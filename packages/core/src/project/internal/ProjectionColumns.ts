/** Which columns of events a projection reads. */
import type { Tagged } from "../../event/EventType.ts"
import { type Column, columns } from "../../event/RecordedEvent.ts"
import { byStream, type Projection } from "../Projection.ts"

/**
 * The columns of events that a projection needs: all where a function declares the envelope as a parameter, or an upcaster
 * the stored event.
 */
export const columnsOf = <Event extends Tagged, State>(
  { events, evolve, keys }: Projection<Event, State, string>
): ReadonlyArray<Column> =>
  // A function without parameters may have them as `...rest`.
  (keys !== byStream && keys.length !== 1) || evolve.length < 1 || evolve.length > 2
    ? columns
    : [...new Set<Column>([...events.columns, "position"])]
