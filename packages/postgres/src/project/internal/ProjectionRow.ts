/** Rows of projections in their tables. */
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Result from "effect/Result"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

/** A row of a table `rows_<generation>`. */
export interface TableRow {
  readonly key: string
  readonly state: Json
  readonly position: bigint
  readonly version: bigint
}

/** The operation that reads rows, and the generation of the table. */
export interface Source {
  readonly operation: string
  readonly generation: number
}

const rules = { position: StoredValue.count, version: StoredValue.count }

/** Checks and decodes a row. */
export const decode = ({ generation, operation }: Source, row: TableRow): Result.Result<StoredRow, EventStoreError> => {
  const table = { table: `rows_${generation}`, key: () => ({ key: row.key }), rules }
  return Result.map(StoredValue.check(operation, table, row), ({ key, position, state, version }) => ({
    key,
    state,
    position: Position(Number(position)),
    version: StreamVersion(Number(version))
  }))
}

/** Rows as parallel arrays. */
export const encode = (rows: ReadonlyArray<StoredRow>) => ({
  keys: rows.map(({ key }) => key),
  states: rows.map(({ state }) => JSON.stringify(state)),
  // The driver takes a small number for int4 and a large one for int8, and refuses both in one array.
  positions: rows.map(({ position }) => BigInt(position)),
  versions: rows.map(({ version }) => BigInt(version))
})

/** The rows with these keys, in the order of the keys. */
export const inOrder = (
  source: Source,
  keys: ReadonlyArray<string>,
  rows: ReadonlyArray<TableRow>
): Result.Result<ReadonlyArray<StoredRow>, EventStoreError> =>
  Result.map(StoredValue.decodeAll(rows, (row) => decode(source, row)), (decoded) => {
    const found = new Map(decoded.map((row) => [row.key, row]))
    return keys.flatMap((key) => found.get(key) ?? [])
  })
