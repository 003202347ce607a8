/** What is to be done about keys, decided without touching the database: events to store, rows to list, or nothing. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as Result from "effect/Result"
import type { Known, Sighting } from "./Sighting.ts"
import type { Source } from "./Source.ts"

/** What is to be done about a key. */
export type Plan = Write | Skip | Settled

/** Events to store behind a version, and what is remembered then. */
export interface Write {
  readonly _tag: "Write"
  readonly key: string
  readonly isSkipped: boolean
  readonly expected: number
  readonly events: ReadonlyArray<NewEvent>
  readonly known: Known
  /** What has become of the row. */
  readonly kind: "seeded" | "changed" | "removed"
}

/** Rows to list, and why. */
export interface Skip {
  readonly _tag: "Skip"
  readonly key: string
  readonly rows: number
  readonly reason: string
}

/** Nothing: the events say it all. */
interface Settled {
  readonly _tag: "Settled"
  readonly key: string
  readonly isSkipped: boolean
}

/** What a row that was read asks for. */
export const ofSighting = ({ take }: Pick<Source, "take">, sighting: Sighting): Plan => {
  const { changes, copies, isSkipped, key, known, row, seenAt } = sighting
  if (copies > 1) return { _tag: "Skip", key, rows: copies, reason: shared(copies) }
  if (row === (known?.row ?? null)) return { _tag: "Settled", key, isSkipped }
  const stepped = take({ key, known, after: row, at: seenAt, change: known && changes.at(-1) })
  return Result.match(stepped, {
    onFailure: (reason): Plan => ({ _tag: "Skip", key, rows: 1, reason }),
    onSuccess: ({ events, known: next }) => write({ key, isSkipped, known }, events, next)
  })
}

/** Why a key that several rows share is no stream. */
export const shared = (copies: number): string => `its key is that of ${copies} rows`

/** The plan to store events and remember a row. */
export const write = (
  { isSkipped, key, known }: Pick<Sighting, "key" | "isSkipped" | "known">,
  events: ReadonlyArray<NewEvent>,
  next: Known
): Write => ({
  _tag: "Write",
  key,
  isSkipped,
  expected: known?.version ?? 0,
  events,
  known: next,
  kind: known === undefined ? "seeded" : next.row === null ? "removed" : "changed"
})
