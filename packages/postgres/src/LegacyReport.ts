/** What is said about a legacy table and its events: what a run did, what it left out, and whether both sides agree. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Data from "effect/Data"
import type * as DateTime from "effect/DateTime"

/** What can be compared: numbers (amounts in minor units …), which are also added up, and texts. */
export type Facts = Readonly<Record<string, bigint | string>>

/** Rows that were left out, all of one key. */
export interface Skipped {
  /** Null for rows without one. */
  readonly key: string | null
  readonly rows: number
  readonly reason: string
}

/** What a run did, together with those before it that were cut off. */
export interface SeedReport {
  /** Rows of the legacy table that were read, also those without a key. */
  readonly rows: number
  /** Rows that a stream was begun with, rows that had changed, rows that were gone; and the events of them all. */
  readonly seeded: number
  readonly changed: number
  readonly removed: number
  readonly events: number
  /** How many keys are skipped now, and the first thousand of them. */
  readonly skipped: number
  readonly skippedRows: ReadonlyArray<Skipped>
}

/** What catching up did. */
export interface CaughtUp {
  /** Captured changes that were taken out of the queue. */
  readonly changes: number
  readonly events: number
  /** Of the changes, those of keys that are skipped now: they left no event, or not by themselves. */
  readonly skipped: number
}

/** A fact on which a row and the state of its stream disagree; undefined where one side does not know it. */
export interface Difference {
  readonly key: string
  readonly stream: string
  readonly fact: string
  readonly legacy: bigint | string | undefined
  readonly events: bigint | string | undefined
}

/** A stream that cannot be compared: it cannot be folded, or its row cannot be read (any more). */
export interface Unreadable {
  readonly key: string
  readonly stream: string
  readonly reason: string
}

/** A numeric fact, added up over all rows that can be read, and over all their streams. */
export interface Total {
  readonly fact: string
  readonly legacy: bigint
  readonly events: bigint
}

/** A legacy table held against its streams. Of each list there are the first thousand, beside how many there are. */
export interface Reconciliation {
  /** Rows read (also those without a key), streams folded, and the events in them. */
  readonly rows: number
  readonly streams: number
  readonly events: number
  /** Rows with captured changes that are not events yet, and so were not compared. */
  readonly pending: number
  readonly totals: ReadonlyArray<Total>
  /** Also of keys that have a stream and are skipped. */
  readonly differences: Listed<Difference>
  /** Keys of rows that have no stream and are not skipped. */
  readonly missing: Listed<string>
  /** Keys of streams whose rows are gone, without an event that says so. */
  readonly extra: Listed<string>
  /** Also of keys that have a stream and are skipped. */
  readonly unreadable: Listed<Unreadable>
  /** By the store's list. Those that have a stream were compared like all others. */
  readonly skipped: Listed<Skipped>
}

/** The first of many, and how many. */
export interface Listed<A> {
  readonly count: number
  readonly first: ReadonlyArray<A>
}

/** Whether both sides agree on every key that has a stream or is not skipped, and nothing is pending. */
export const isEqual = ({ differences, extra, missing, pending, unreadable }: Reconciliation): boolean =>
  pending + differences.count + missing.count + extra.count + unreadable.count === 0

/** The legacy table and its events do not agree, or rows were skipped: nothing was switched over. */
export class NotReconciled extends Data.TaggedError("NotReconciled")<{
  readonly name: string
  readonly reconciliation: Reconciliation
}> {
  override get message(): string {
    const { differences, extra, missing, pending, skipped, unreadable } = this.reconciliation
    return `"${this.name}" is not switched over: ${differences.count} differences, ${missing.count} missing, ` +
      `${extra.count} extra, ${unreadable.count} unreadable, ${pending} pending, ${skipped.count} skipped` +
      keysIn(this.reconciliation)
  }
}

// Some keys to begin with, what stands in the way first.
const keysIn = ({ differences, extra, missing, skipped, unreadable }: Reconciliation): string => {
  const items = [...differences.first, ...unreadable.first, ...skipped.first].map(({ key }) => key ?? "NULL")
  const keys = [...new Set([...missing.first, ...extra.first, ...items])]
  if (keys.length === 0) return ""
  return ` (keys ${keys.slice(0, mostNamed).join(", ")}${keys.length > mostNamed ? ", …" : ""})`
}

const mostNamed = 10

/** The events are the truth already, and the legacy table is read no more. */
export class SwitchedOver extends Data.TaggedError("SwitchedOver")<{
  readonly name: string
  readonly at: DateTime.Utc
}> {
  override get message(): string {
    return `"${this.name}" was switched over`
  }
}

/** Every way in which working with a legacy table can fail; what is stored by then stays, and doing it again goes on. */
export type Failure = InvalidInput | SwitchedOver | EventStoreError
