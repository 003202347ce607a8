/** The reports on a legacy table and its events: the results of an operation, its skipped rows, and the comparison of both sides. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as DateTime from "effect/DateTime"

/** Values to compare, by name: numbers (amounts in minor units), which are also summed, and texts. */
export type Facts = Readonly<Record<string, bigint | string>>

/** The skipped rows of one key. */
export interface Skipped {
  /** Null for the rows whose key is NULL. */
  readonly key: string | null
  readonly rows: number
  readonly reason: string
}

/** The results of a run over the table, including the interrupted runs before it. */
export interface SeedReport {
  /** Rows of the legacy table that were read, including those without a key. */
  readonly rows: number
  /** New rows, changed rows, removed rows, and the number of their events. */
  readonly seeded: number
  readonly changed: number
  readonly removed: number
  readonly events: number
  /** The number of skipped keys now, and the first 1000 of them. */
  readonly skipped: number
  readonly skippedRows: ReadonlyArray<Skipped>
}

/** The results of `catchUp`. */
export interface CaughtUp {
  /** Captured changes that were processed and removed from the queue. */
  readonly changes: number
  readonly events: number
  /** Changes whose key is skipped now: they have no event of their own. */
  readonly skipped: number
}

/** A fact on which a row and the state of its stream disagree; undefined on the side that lacks it. */
export interface Difference {
  readonly key: string
  readonly stream: string
  readonly fact: string
  readonly legacy: bigint | string | undefined
  readonly events: bigint | string | undefined
}

/** A stream that cannot be compared: it cannot be folded, or its row cannot be read. */
export interface Unreadable {
  readonly key: string
  readonly stream: string
  readonly reason: string
}

/** The sum of a numeric fact over all readable rows, and over all their streams. */
export interface Total {
  readonly fact: string
  readonly legacy: bigint
  readonly events: bigint
}

/** The comparison of a legacy table with its streams. Each list holds its first 1000 entries and their total number. */
export interface Reconciliation {
  /** Rows read (including those without a key), streams folded, and the events in them. */
  readonly rows: number
  readonly streams: number
  readonly events: number
  /** Rows that were not compared, because captured changes of them are not events yet. */
  readonly pending: number
  readonly totals: ReadonlyArray<Total>
  /** Includes keys that have a stream and are skipped. */
  readonly differences: Listed<Difference>
  /** Keys of rows that have no stream and are not skipped. */
  readonly missing: Listed<string>
  /** Keys of streams whose rows were removed without an event. */
  readonly extra: Listed<string>
  /** Includes keys that have a stream and are skipped. */
  readonly unreadable: Listed<Unreadable>
  /** From the list in the store. Keys that have a stream were compared like all others. */
  readonly skipped: Listed<Skipped>
}

/** The first entries of a list, and their total number. */
export interface Listed<A> {
  readonly count: number
  readonly first: ReadonlyArray<A>
}

/** Whether nothing is pending, and both sides agree on every key that has a stream or is not skipped. */
export const isEqual = ({ differences, extra, missing, pending, unreadable }: Reconciliation): boolean =>
  pending + differences.count + missing.count + extra.count + unreadable.count === 0

/** The legacy table and its events differ, or rows are skipped: nothing was switched over. */
export class NotReconciled extends TaggedError("NotReconciled")<{
  readonly name: string
  readonly reconciliation: Reconciliation
}> {
  override get message(): string {
    const { differences, extra, missing, pending, skipped, unreadable } = this.reconciliation
    return printable(
      `"${this.name}" is not switched over: ${differences.count} differences, ${missing.count} missing, ` +
        `${extra.count} extra, ${unreadable.count} unreadable, ${pending} pending, ${skipped.count} skipped` +
        keysIn(this.reconciliation)
    )
  }
}

// The first few keys, those of fixable problems first.
const keysIn = ({ differences, extra, missing, skipped, unreadable }: Reconciliation): string => {
  const items = [...differences.first, ...unreadable.first, ...skipped.first].map(({ key }) => key ?? "NULL")
  const keys = [...new Set([...missing.first, ...extra.first, ...items])]
  if (keys.length === 0) return ""
  return ` (keys ${keys.slice(0, mostNamed).join(", ")}${keys.length > mostNamed ? ", …" : ""})`
}

const mostNamed = 10

/** The mapping was switched over before: its events are the source of truth, and the legacy table is no longer read. */
export class SwitchedOver extends TaggedError("SwitchedOver")<{
  readonly name: string
  readonly at: DateTime.Utc
}> {
  override get message(): string {
    return printable(
      `"${this.name}" was already switched over: its events are the source of truth, so append events and do not change the table`
    )
  }
}

/** The errors of the operations on a legacy table. Earlier batches stay stored, and running the operation again continues. */
export type Failure = InvalidInput | SwitchedOver | EventStoreError
