// A log of given account events, and the rows that projections fold from it.
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { EventId } from "refold/EventId"
import { Position } from "refold/Position"
import type { Projection } from "refold/Projection"
import * as ProjectionFold from "refold/ProjectionFold"
import type { RecordedEvent } from "refold/RecordedEvent"
import * as StreamName from "refold/StreamName"
import { StreamVersion } from "refold/StreamVersion"
import * as Account from "../../src/Account.ts"

/** An event of the account `id` on a day (`1993-03-31`). */
export interface Entry {
  readonly id: string
  readonly day: string
  readonly event: Account.Event
}

/** Entries of one account, all on one day. */
export const on = (id: string, day: string, ...events: ReadonlyArray<Account.Event>): ReadonlyArray<Entry> =>
  events.map((event) => ({ id, day, event }))

// The log that holds these events, in this order.
const of = (entries: ReadonlyArray<Entry>): ReadonlyArray<RecordedEvent> => {
  const versions = new Map<string, number>()
  return entries.map(({ day, event, id }, index) => {
    const version = (versions.get(id) ?? 0) + 1
    versions.set(id, version)
    return {
      ...Result.getOrThrow(Account.codec.encode(event)),
      id: `00000000-0000-7000-8000-${String(index).padStart(12, "0")}` as EventId,
      stream: Result.getOrThrow(StreamName.make("account", id)),
      version: StreamVersion(version),
      position: Position(index + 1),
      commit: Position(index + 1),
      metadata: {},
      occurredAt: DateTime.makeUnsafe(`${day}T12:00:00Z`),
      recordedAt: DateTime.makeUnsafe(index)
    }
  })
}

/** The rows that a projection folds from the log, decoded, by key. */
export const rowsOf = <Event extends { readonly _tag: string }, State>(
  projection: Projection<Event, State, string>,
  entries: ReadonlyArray<Entry>
): Record<string, State> => {
  const { poisoned, rows } = ProjectionFold.refold(projection, of(entries))
  if (poisoned[0] !== undefined) throw poisoned[0]
  return Object.fromEntries(
    [...rows.values()].map(({ key, state }) => [key, Result.getOrThrow(projection.decode(state))])
  )
}
