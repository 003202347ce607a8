/** The states of streams and the rows of projections at a point in the log, looked up in the report of a run. */
import type { Report, ShownEvent } from "../Protocol.ts"

/** The folds of the first events of a log. */
export interface Moment {
  /** The last of the events; undefined before the first. */
  readonly last: ShownEvent | undefined
  /** By stream, its last event, with the state after it. */
  readonly streams: ReadonlyMap<string, ShownEvent>
  /** By projection, the rows by key. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The projections and keys of the rows that the last event changed. */
  readonly changed: ReadonlySet<string>
}

/** The places where a slider stops: numbers of events, from 0; with a stream, those after its own events only. */
export const stops = ({ events }: Report, stream?: string): ReadonlyArray<number> => [
  0,
  ...events.flatMap((event, index) => stream === undefined || event.stream === stream ? [index + 1] : [])
]

/** The streams of a report, in the order of their first events. */
export const streamsOf = ({ events }: Report): ReadonlyArray<string> => [...new Set(events.map(({ stream }) => stream))]

/** The name of a row in `Moment.changed`. */
export const rowName = (projection: string, key: string): string => JSON.stringify([projection, key])

/** The moment after the first `count` events. */
export const at = ({ changes, events, projections }: Report, count: number): Moment => {
  const rows = new Map(projections.map((projection) => [projection, new Map<string, string>()]))
  const changed = new Set<string>()
  for (const { event, key, projection, row } of changes) {
    if (event >= count) continue
    if (event === count - 1) changed.add(rowName(projection, key))
    if (row === undefined) rows.get(projection)?.delete(key)
    else rows.get(projection)?.set(key, row)
  }
  return {
    last: events[count - 1],
    streams: new Map(events.slice(0, count).map((event) => [event.stream, event])),
    rows,
    changed
  }
}
