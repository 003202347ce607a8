/**
 * What every projection promises, yours, too: that rows can be filled in batches of any size, refilled at any time, and
 * read back as they were written. Pure: no store is needed.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Projection from "@refold/core/project/Projection"
import { foldBatch, type Folded, prepare, reads, refold, type StoredRow } from "@refold/core/project/ProjectionFold"
import * as Result from "effect/Result"
import { freeze } from "../../kit/internal/Freeze.ts"
import * as Law from "../../kit/Law.ts"
import { type Happened, logOf } from "./PureLog.ts"
import * as Rows from "./Rows.ts"

/** Events, in the order of the log. */
export type Log<Event> = ReadonlyArray<Happened<Event>>

/** A log, and the sizes of the batches that it is folded in, again and again. */
export interface Cut<Event> {
  readonly log: Log<Event>
  readonly sizes: ReadonlyArray<number>
}

// Rows have been text in between, as in a store.
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
  return { rows: Rows.decoded(projection, [...rows.values()]), parked: poisoned.map(Rows.placeOf) }
}

/** Between two batches, rows are encoded, stored and decoded. */
export const anyBatchesAreRefold = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Cut<Event>>("folding in batches of any size is folding at once", ({ log, sizes }) => {
    const events = logOf(projection, log)
    return { left: foldInBatches(projection, events, sizes), right: Rows.refolded(projection, events) }
  })

/** No clock, no chance, nothing remembered between two events. */
export const foldingIsDeterministic = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("the same events have the same rows, however often they are folded", (log) => {
    const events = logOf(projection, log)
    const first = Rows.refolded(projection, events)
    return { left: [Rows.refolded(projection, events), Rows.refolded(projection, events)], right: [first, first] }
  })

/** All arrays and plain objects given to `keys` and `evolve` are frozen, so that one which changes them throws. */
export const foldingChangesNothing = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("keys and evolve change nothing that they are given", (log) => {
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

/** None is poisoned: a stream whose event cannot be folded would have to wait for a repair. */
export const everyEventFolds = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("every event can be folded", (log) => ({
    left: refold(projection, logOf(projection, log)).poisoned,
    right: []
  }))

/** What the schema of the state leaves out or rounds is gone with the next event. */
export const statesAreReadBack = <Event extends Tagged, State>(
  projection: Projection.Projection<Event, State, string>
) =>
  Law.make<Log<Event>>("a state that is stored is read back as evolve made it", (log) => {
    const { decode, encode, evolve } = projection
    const made: Array<readonly [readBack: unknown, made: unknown]> = []
    const watched = {
      ...projection,
      evolve: (...given: Parameters<typeof evolve>) => {
        const state = evolve(...given)
        // What cannot be encoded is another law's business.
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
