/** Rows of projections as their tables store them. */
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { StoredRow } from "@refold/core/project/ProjectionFold"

/** A row of a table `rows_<generation>`. */
export interface TableRow {
  readonly key: string
  readonly state: Json
  readonly position: bigint
  readonly version: bigint
}

/** The row. */
export const decode = ({ key, position, state, version }: TableRow): StoredRow => ({
  key,
  state,
  position: Position(Number(position)),
  version: StreamVersion(Number(version))
})

/** Rows as parallel arrays. */
export const encode = (rows: ReadonlyArray<StoredRow>) => ({
  keys: rows.map(({ key }) => key),
  states: rows.map(({ state }) => JSON.stringify(state)),
  // The driver takes a small number for int4 and a large one for int8, and refuses both in one array.
  positions: rows.map(({ position }) => BigInt(position)),
  versions: rows.map(({ version }) => BigInt(version))
})

/** The rows with these keys, in the order of the keys. */
export const inOrder = (keys: ReadonlyArray<string>, rows: ReadonlyArray<TableRow>): ReadonlyArray<StoredRow> => {
  const found = new Map(rows.map((row) => [row.key, decode(row)]))
  return keys.flatMap((key) => found.get(key) ?? [])
}
