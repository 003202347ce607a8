/** A key of the legacy table as it was read: its row, what is remembered of it, and the captured changes that it includes. */
import type { StreamName } from "@refold/core/event/StreamName"

/** A row as a canonical text: a JSON object of its columns' texts. Equal rows have equal texts. */
export type RowText = string

/** A row as it was when it was last turned into events. */
export interface Known {
  /** Undefined as long as there are no events. */
  readonly stream: StreamName | undefined
  readonly version: number
  /** Null where the row is gone. */
  readonly row: RowText | null
}

/** A key, seen in one snapshot. */
export interface Sighting {
  readonly key: string
  /** How many rows have it. */
  readonly copies: number
  readonly row: RowText | null
  readonly known: Known | undefined
  readonly isSkipped: boolean
  /** The captured changes that the row includes. */
  readonly changes: ReadonlyArray<bigint>
  /** When the last of them was captured, else now. */
  readonly seenAt: Date
}

/** The columns that tell what is remembered. */
export interface KnownColumns {
  readonly stream: string | null
  readonly version: bigint | null
  readonly known_row: string | null
  readonly skipped: boolean | null
}

/** A row of `read_page` and `read_keys`. */
export interface SightingRow extends KnownColumns {
  readonly key: string
  readonly copies: bigint
  readonly row: string | null
  readonly changes: ReadonlyArray<bigint> | null
  readonly seen_at: Date
}

/** The sighting that it stands for. */
export const decode = (row: SightingRow): Sighting => ({
  key: row.key,
  copies: Number(row.copies),
  row: row.row,
  known: decodeKnown(row),
  isSkipped: row.skipped === true,
  changes: row.changes ?? [],
  seenAt: row.seen_at
})

/** What is remembered of a key. */
export const decodeKnown = ({ known_row, stream, version }: KnownColumns): Known | undefined =>
  version === null
    ? undefined
    // The name that was stored was checked.
    : { stream: (stream ?? undefined) as StreamName | undefined, version: Number(version), row: known_row }
