/**
 * The capstone: event sourcing and CQRS as a framework of one file, in memory. It has the ideas and not the guarantees:
 * the page of the course lists what is missing for production.
 */
import { Result } from "effect"
import type { Decider } from "refold"

// #region log
/** A stored event. */
export interface Stored<Event> {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly event: Event
}

/** A writer expected another version of the stream. */
export interface Conflict {
  readonly _tag: "Conflict"
  readonly actual: number
}

/** An append-only log with optimistic locking. */
export const makeLog = <Event>() => {
  const all: Array<Stored<Event>> = []
  const read = (stream: string, upTo = Infinity): ReadonlyArray<Stored<Event>> =>
    all.filter((stored) => stored.stream === stream && stored.version <= upTo)
  const append = (
    stream: string,
    expected: number,
    events: ReadonlyArray<Event>
  ): Result.Result<number, Conflict> => {
    const actual = read(stream).length
    if (actual !== expected) return Result.fail({ _tag: "Conflict", actual })
    for (const [index, event] of events.entries()) {
      all.push(Object.freeze({ position: all.length + 1, stream, version: actual + index + 1, event }))
    }
    return Result.succeed(actual + events.length)
  }
  return { all: (): ReadonlyArray<Stored<Event>> => [...all], read, append }
}

/** A log. */
export type Log<Event> = ReturnType<typeof makeLog<Event>>
// #endregion

// #region commands
/** The command side: load the state, decide, append. `stateAt` is also time travel. */
export const makeAggregate = <Command, State, Event, Refusal>(
  log: Log<Event>,
  { decide, evolve, initialState }: Decider.Decider<Command, State, Event, Refusal>
) => {
  const snapshots = new Map<string, { readonly version: number; readonly state: State }>()
  const stateAt = (stream: string, version = Infinity) => {
    const kept = snapshots.get(stream)
    const start = kept !== undefined && kept.version <= version ? kept : { version: 0, state: initialState }
    const tail = log.read(stream, version).slice(start.version)
    const state = tail.reduce((folded, { event }) => evolve(folded, event), start.state)
    return { state, version: start.version + tail.length, folded: tail.length }
  }
  const handle = (stream: string, command: Command): Result.Result<number, Refusal | Conflict> => {
    const { state, version } = stateAt(stream)
    return Result.flatMap(decide(command, state), (events) => log.append(stream, version, events))
  }
  const takeSnapshot = (stream: string): void => void snapshots.set(stream, stateAt(stream))
  return { handle, stateAt, takeSnapshot }
}
// #endregion

// #region queries
/** The query side: rows by key, folded from the whole log. */
export const project = <Event, Row>(
  log: Log<Event>,
  { evolve, initial, key }: {
    readonly key: (stored: Stored<Event>) => string
    readonly initial: Row
    readonly evolve: (row: Row, event: Event) => Row
  }
): ReadonlyMap<string, Row> => {
  const rows = new Map<string, Row>()
  for (const stored of log.all()) rows.set(key(stored), evolve(rows.get(key(stored)) ?? initial, stored.event))
  return rows
}
// #endregion
