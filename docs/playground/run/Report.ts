/** The log of a run as text, with the states and rows after each event. */
import { type RecordedEvent, StreamName } from "refold"
import { count, limits } from "../Limits.ts"
import { nothing, type Report, type RowChange, type ShownEvent } from "../Protocol.ts"
import type { RowFold, StateFold } from "./Folds.ts"
import * as Show from "./Show.ts"

/** What a program has defined: how to begin a fold, for each category and for each projection. */
export interface Definitions {
  readonly aggregates: ReadonlyMap<string, () => StateFold>
  readonly projections: ReadonlyMap<string, () => RowFold>
}

/** The report of a log. */
export const ofLog = (
  log: ReadonlyArray<RecordedEvent.RecordedEvent>,
  { aggregates, projections }: Definitions
): Report => {
  const shown = log.slice(0, limits.events)
  const states = statesOf(shown, aggregates)
  const rows = [...projections].map(([projection, begin]) => changesOf(shown, projection, begin()))
  return {
    events: shown.map(({ data, position, stream, type, version }, index) => (
      { position, stream, version, type, data: Show.json(data), state: states[index] }
    )),
    projections: [...projections.keys()],
    changes: rows.flatMap(({ changes }) => changes),
    notes: [
      ...(log.length > shown.length
        ? [`The first ${count(limits.events)} events are shown; states and rows are those up to there.`]
        : []),
      ...rows.flatMap(({ note }) => note === undefined ? [] : [note])
    ]
  }
}

/** The report of an array of events that a program folds. */
export const ofHistory = (show: () => ReadonlyArray<ShownEvent>, length: number): Report => {
  const more = length > limits.events ? [`The first ${count(limits.events)} of ${count(length)} events are shown.`] : []
  try {
    return { ...nothing, events: show(), notes: more }
  } catch (error) {
    return { ...nothing, notes: [`The events cannot be folded: ${Show.problem(error)}`] }
  }
}

const statesOf = (
  log: ReadonlyArray<RecordedEvent.RecordedEvent>,
  aggregates: Definitions["aggregates"]
): ReadonlyArray<string | undefined> => {
  const folds = new Map<string, StateFold | undefined>()
  return log.map((event) => {
    if (!folds.has(event.stream)) folds.set(event.stream, aggregates.get(StreamName.category(event.stream))?.())
    try {
      return folds.get(event.stream)?.(event)
    } catch (error) {
      return `cannot be folded: ${Show.problem(error)}`
    }
  })
}

// A projection that cannot fold an event is shown up to there.
const changesOf = (
  log: ReadonlyArray<RecordedEvent.RecordedEvent>,
  projection: string,
  fold: RowFold
): { readonly changes: ReadonlyArray<RowChange>; readonly note?: string } => {
  const changes: Array<RowChange> = []
  for (const [event, recorded] of log.entries()) {
    try {
      for (const [key, row] of fold(recorded)) changes.push({ projection, event, key, row })
    } catch (error) {
      const note = `The rows of ${projection} are those before event ${recorded.position}: ${Show.problem(error)}`
      return { changes, note }
    }
  }
  return { changes }
}
