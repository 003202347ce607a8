/** The plan for each key, decided without the database: events to append, rows to list as skipped, or nothing. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as Result from "effect/Result"
import type { SourceRow, StoredRow } from "./SourceRow.ts"
import type { SourceTable } from "./SourceTable.ts"

/** The plan for a key. */
export type Plan = Write | Skip | Unchanged

/** Append events after a version, and store the row. */
export interface Write {
  readonly _tag: "Write"
  readonly key: string
  readonly isSkipped: boolean
  readonly expected: number
  readonly events: ReadonlyArray<NewEvent>
  readonly next: StoredRow
  /** The difference of the row from its last stored version. */
  readonly kind: "seeded" | "changed" | "removed"
}

/** List the rows of a key as skipped. */
export interface Skip {
  readonly _tag: "Skip"
  readonly key: string
  readonly rows: number
  readonly reason: string
}

/** The row is as it was stored. */
interface Unchanged {
  readonly _tag: "Unchanged"
  readonly key: string
  readonly isSkipped: boolean
}

/** The plan for a row that was read. */
export const ofRow = (
  { map }: Pick<SourceTable, "map">,
  { changes, copies, isSkipped, key, readAt, row, stored }: SourceRow
): Plan => {
  if (copies > 1) return { _tag: "Skip", key, rows: copies, reason: sharedKey(copies) }
  if (row === (stored?.row ?? null)) return { _tag: "Unchanged", key, isSkipped }
  const mapped = map({ key, stored, after: row, at: readAt, change: stored && changes.at(-1) })
  return Result.match(mapped, {
    onFailure: (reason): Plan => ({ _tag: "Skip", key, rows: 1, reason }),
    onSuccess: ({ events, next }) => write({ key, isSkipped, stored }, events, next)
  })
}

/** The reason for skipping rows that share a key. */
export const sharedKey = (copies: number): string => `${copies} rows have this key`

/** The plan to append events and store a row. */
export const write = (
  { isSkipped, key, stored }: Pick<SourceRow, "key" | "isSkipped" | "stored">,
  events: ReadonlyArray<NewEvent>,
  next: StoredRow
): Write => ({
  _tag: "Write",
  key,
  isSkipped,
  expected: stored?.version ?? 0,
  events,
  next,
  kind: stored === undefined ? "seeded" : next.row === null ? "removed" : "changed"
})
