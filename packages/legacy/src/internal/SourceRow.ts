/** A row of the legacy table as it was read, with its last stored version and the captured changes that it includes. */
import type { StreamName } from "@refold/core/event/StreamName"

/** A row as a canonical text: a JSON object of its columns' texts. Equal rows have equal texts. */
export type RowText = string

/** A row as it was when it was last turned into events. */
export interface StoredRow {
  /** Undefined while there are no events. */
  readonly stream: StreamName | undefined
  readonly version: number
  /** Null when the row was removed. */
  readonly row: RowText | null
}

/** The row of a key in one snapshot. */
export interface SourceRow {
  readonly key: string
  /** The number of rows with this key. */
  readonly copies: number
  readonly row: RowText | null
  readonly stored: StoredRow | undefined
  readonly isSkipped: boolean
  /** The ids of the captured changes that the row includes. */
  readonly changes: ReadonlyArray<bigint>
  /** When the last of these changes was captured; without one, the time of the read. */
  readonly readAt: Date
}

/** The columns of a stored row. */
export interface StoredColumns {
  readonly stream: string | null
  readonly version: bigint | null
  readonly stored_row: string | null
  readonly skipped: boolean | null
}

/** The columns of a source row. */
export interface SourceColumns extends StoredColumns {
  readonly key: string
  readonly copies: bigint
  readonly row: string | null
  readonly changes: ReadonlyArray<bigint> | null
  readonly read_at: Date
}

/** A source row from its columns. */
export const decode = (row: SourceColumns): SourceRow => ({
  key: row.key,
  copies: Number(row.copies),
  row: row.row,
  stored: decodeStored(row),
  isSkipped: row.skipped === true,
  changes: row.changes ?? [],
  readAt: row.read_at
})

/** A stored row from its columns; undefined when the key has none. */
export const decodeStored = ({ stored_row, stream, version }: StoredColumns): StoredRow | undefined =>
  version === null
    ? undefined
    // The name was checked before it was stored.
    : { stream: (stream ?? undefined) as StreamName | undefined, version: Number(version), row: stored_row }
