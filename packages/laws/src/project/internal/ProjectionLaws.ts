/**
 * The laws of projections, without a store: events can be folded in batches of any size and folded again at any time, and
 * states are read back as they were written.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Projection from "@refold/core/project/Projection"
import { foldBatch, type Folded, prepare, reads, refold, type StoredRow } from "@refold/core/project/ProjectionFold"
import * as Result from "effect/Result"
import { nativeOf, type Older } from "../../event/internal/Older.ts"
import { freeze } from "../../kit/internal/Freeze.ts"
import * as ShuffleKeys from "../../kit/internal/ShuffleKeys.ts"
import * as Law from "../../kit/Law.ts"
import { type LoggedEvent, logOf, storedLogOf } from "./InMemoryLog.ts"
import * as ProjectionRun from "./ProjectionRun.ts"

/** Events, in the order of the log. */
export type Log<Event> = ReadonlyArray<LoggedEvent<Event>>

/** A log, and the sizes of its batches, used in turn. */
export interface Cut<Event> {
  readonly log: Log<Event>
  readonly sizes: ReadonlyArray<number>
}

// Rows pass through JSON text, as in a store.
const reread = (row: StoredRow): StoredRow => ({
  ...row,
  state: JSON.parse(JSON.stringify(row.state)) as StoredRow["state"]
})

const foldInBatches = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>,
  events: ReadonlyArray<RecordedEvent>,
  sizes: ReadonlyArray<number>
) => {
  const rows = new Map<string, StoredRow>()
  const poisoned: Array<Folded["poisoned"][number]> = []
  const left = events.filter((event) => reads(projection, event))
  for (let n = 0; left.length > 0; n++) {
    const batch = left.splice(0, sizes[n % sizes.length] ?? 1).map((event) => prepare(projection, event))
    const folded = foldBatch(projection, rows, batch, new Set(poisoned.map(({ stream }) => stream)))
    for (const [key, row] of folded.changed) {
      if (row === undefined) rows.delete(key)
      else rows.set(key, reread(row))
    }
    poisoned.push(...folded.poisoned)
  }
  return { rows: ProjectionRun.decoded(projection, [...rows.values()]), parked: poisoned.map(ProjectionRun.parkedAt) }
}

// #region any-batches
/** Rows are encoded and decoded between two batches. */
export const anyBatchesAreRefold = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Cut<Event>>(
    "folding events in batches of any size gives the same rows as folding them at once",
    ({ log, sizes }) => {
      const events = logOf(projection, log)
      return { left: foldInBatches(projection, events, sizes), right: ProjectionRun.refolded(projection, events) }
    }
  )
// #endregion

/** Folds the same events repeatedly. A projection that reads a clock, a random number or a variable breaks the law. */
export const foldingIsDeterministic = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("the same events give the same rows each time they are folded", (log) => {
    const events = logOf(projection, log)
    const first = ProjectionRun.refolded(projection, events)
    return {
      left: [ProjectionRun.refolded(projection, events), ProjectionRun.refolded(projection, events)],
      right: [first, first]
    }
  })

/** The arrays and plain objects passed to `keys` and `evolve` are frozen, so that a change throws. */
export const foldingChangesNothing = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("keys and evolve do not mutate their arguments", (log) => {
    const { evolve, keys } = projection
    const frozen = {
      ...projection,
      keys: (event: Event, envelope: Projection.Envelope) => freeze(keys(freeze(event), freeze(envelope))),
      evolve: (state: State, event: Event, envelope: Projection.Envelope, key: string) =>
        evolve(freeze(state), freeze(event), freeze(envelope), key)
    }
    const events = logOf(projection, log)
    return { left: refold(frozen, events), right: refold(projection, events) }
  })

/**
 * Compared with a log of events in today's versions, with the envelopes of the stored ones. Rows keep the positions and
 * versions of stored events; an event that is read as none changes no state.
 */
export const olderEventsFoldAsNative = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Older<Event>>>("events of older code give the rows of the events that they are read as", (log) => {
    const stored = storedLogOf(log.map(({ event, ...place }) => ({ ...place, event: event.stored })))
    const native = stored.flatMap((recorded, index) =>
      nativeOf(log[index]!.event.native).map((event) => ({
        ...recorded,
        ...Result.getOrThrow(projection.events.encode(event))
      }))
    )
    const { isKeyedByStream } = projection
    // Several events have one version here, and none of them is in the row already.
    const [left, right] = [
      ProjectionRun.refolded(projection, stored),
      ProjectionRun.refolded({ ...projection, isKeyedByStream: false }, native)
    ]
    // A row that is keyed by stream has the version of its stream, also if the last event is read as none.
    return isKeyedByStream ? { left: statesOf(left), right: statesOf(right) } : { left, right }
  })

const statesOf = <State>({ rows }: ProjectionRun.ObservedRows<State>) => rows.map(({ key, state }) => [key, state])

/** An event that cannot be folded would park its stream. */
export const everyEventFolds = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("every event can be folded", (log) => ({
    left: refold(projection, logOf(projection, log)).poisoned,
    right: []
  }))

/** Data that the state's schema omits or rounds would be lost at the next batch. */
export const statesAreReadBack = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("a stored state is read back as evolve returned it", (log) => {
    const { decode, encode, evolve } = projection
    const made: Array<readonly [readBack: unknown, made: unknown]> = []
    const watched = {
      ...projection,
      evolve: (...given: Parameters<typeof evolve>) => {
        const state = evolve(...given)
        // States that cannot be encoded break the law that every event can be folded.
        if (state !== Projection.removed) {
          Result.match(encode(state), {
            onFailure: () => undefined,
            onSuccess: (encoded) => made.push([Result.merge(decode(encoded)), state])
          })
        }
        return state
      }
    }
    refold(watched, logOf(projection, log))
    return { left: made.map(([readBack]) => readBack), right: made.map(([, state]) => state) }
  })

/** Row keys and rows are made from events and rows whose keys are in another order. */
export const keyOrderMeansNothing = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<readonly [Log<Event>, number]>(
    "the order of keys in events and rows does not change a row",
    ([log, seed]) => {
      const { evolve, keys } = projection
      const shuffle = ShuffleKeys.make(seed)
      const shuffled = {
        ...projection,
        keys: (event: Event, envelope: Projection.Envelope) => keys(shuffle(event), envelope),
        evolve: (state: State, event: Event, envelope: Projection.Envelope, key: string) =>
          evolve(shuffle(state), shuffle(event), envelope, key)
      }
      const events = logOf(projection, log)
      return {
        left: ProjectionRun.refolded(shuffled, events),
        right: ProjectionRun.refolded(projection, events)
      }
    }
  )
