/** The partitions of generations in the database. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Partition } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import * as StoredValue from "../../schema/internal/StoredValue.ts"
import * as GenerationRow from "./GenerationRow.ts"

/** A row of the SQL view `partitions`. */
export interface PartitionRow extends GenerationRow.GenerationRow {
  readonly partition: number
}

/** The partition of a row. */
export const decode = (row: PartitionRow, operation: string): Result.Result<Partition, EventStoreError> =>
  Result.map(GenerationRow.decode(row, operation), (generation) => ({ partition: row.partition, generation }))

/** The partitions of a generation, in the order of their numbers. */
export const list = (
  database: Database,
  generation: number
): Effect.Effect<ReadonlyArray<Partition>, EventStoreError> => {
  const { object, sql } = database
  const operation = "list partitions"
  const statement = sql<PartitionRow>`
    SELECT "partition", ${sql.literal(GenerationRow.columns)} FROM ${object("partitions")}
    WHERE id = ${generation}::int ORDER BY "partition"`
  return Effect.flatMap(
    query(database, operation, statement),
    (rows) => Effect.fromResult(StoredValue.decodeAll(rows, (row) => decode(row, operation)))
  )
}
