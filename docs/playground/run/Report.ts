/** The log of a run as text, with the states and rows after each event. */
import { type RecordedEvent, StreamName } from "refold"
import { count, cut, limits } from "../Limits.ts"
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
  const budget = { changes: limits.changes }
  const rows = [...projections].map(([projection, begin]) => changesOf(shown, projection, begin(), budget))
  return {
    events: shown.map(({ data, position, stream, type, version }, index) => (
      { position, stream, version, type: cut(type), data: Show.json(data), state: states[index] }
    )),
    projections: [...projections.keys()],
    changes: rows.flatMap(({ changes }) => changes),
    notes: [
      ...(log.length > shown.length
        ? [`The first ${count(limits.events)} events are shown; states and rows are those up to there.`]
        : []),
      ...rows.flatMap(({ note }) => note === undefined ? [] : [note])
    ].slice(0, limits.notes)
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

// A projection that cannot fold an event, or changes more than the budget has left, is shown up to there.
const changesOf = (
  log: ReadonlyArray<RecordedEvent.RecordedEvent>,
  projection: string,
  fold: RowFold,
  budget: { changes: number }
): { readonly changes: ReadonlyArray<RowChange>; readonly note?: string } => {
  const changes: Array<RowChange> = []
  for (const [event, recorded] of log.entries()) {
    try {
      const changed = fold(recorded)
      if (changed.size > budget.changes) throw new Error(`at most ${count(limits.changes)} changes of rows are shown`)
      budget.changes -= changed.size
      for (const [key, row] of changed) changes.push({ projection, event, key: cut(key), row })
    } catch (error) {
      const note = `The rows of ${projection} are those before event ${recorded.position}: ${Show.problem(error)}`
      return { changes, note }
    }
  }
  return { changes }
}
