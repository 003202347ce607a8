/** The rows of generations and their partitions, and the rules for their columns: projectors may write any values into them. */
import { Position } from "@refold/core/event/Position"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Addition, Generation, NewerEvent, PartitionedBy, Status } from "@refold/store/project/ReadModelStore"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

/** A row of the SQL view `projections`. */
export interface GenerationRow {
  readonly id: number
  readonly projection: string
  readonly version: number
  readonly status: string
  readonly checkpoint: bigint
  readonly revision: string
  readonly rate: number
  readonly has_tables: boolean
  readonly updated_at: Date
  readonly parked: number
  readonly definition: string
  readonly newer: NewerEvent | null
  readonly addition: Addition | null
  readonly replaced_at: Date | null
  readonly partitions: number
  readonly partitioned_by: string | null
  readonly next_partitions: number | null
  readonly drain_to: bigint | null
}

/** The columns of a row. */
export const columns =
  "id, projection, version, status, checkpoint, revision, rate, has_tables, updated_at, parked, definition, newer, addition, replaced_at, partitions, partitioned_by, next_partitions, drain_to"

const statuses = ["Building", "Live", "Retired", "Scratch"] as const

const partitions: StoredValue.Rule = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 10_000
    ? undefined
    : "must be a whole number from 1 to 10000"

// Projectors may write any values into these tables.
const generations: StoredValue.Table<GenerationRow> = {
  table: "projection_generations",
  key: ({ id }) => ({ id }),
  rules: {
    status: StoredValue.oneOf(statuses),
    definition: StoredDefinition.problem,
    replaced_at: StoredValue.nullable(StoredValue.instant),
    partitions,
    partitioned_by: StoredValue.nullable(StoredValue.oneOf(["stream", "key"])),
    next_partitions: StoredValue.nullable(partitions),
    drain_to: StoredValue.nullable(StoredValue.count)
  }
}

const ofPartitions: StoredValue.Table<GenerationRow> = {
  table: "projection_partitions",
  key: ({ id }) => ({ generation: id }),
  rules: {
    checkpoint: StoredValue.count,
    rate: StoredValue.finite,
    updated_at: StoredValue.instant,
    newer: StoredValue.nullable(StoredValue.object({
      stream: StoredValue.text,
      version: StoredValue.count,
      position: StoredValue.count,
      type: StoredValue.text,
      schemaVersion: StoredValue.count,
      latest: StoredValue.count
    })),
    addition: StoredValue.nullable(
      StoredValue.object({ definition: StoredDefinition.problem, checkpoint: StoredValue.count })
    )
  }
}

/** The generation of a row. */
export const decode = (row: GenerationRow, operation: string): Result.Result<Generation, EventStoreError> =>
  Result.map(checkRow(operation, row), (checked) => ({
    id: checked.id,
    projection: checked.projection,
    version: checked.version,
    // Checked.
    status: checked.status as Status,
    checkpoint: Position(Number(checked.checkpoint)),
    revision: checked.revision,
    rate: checked.rate,
    parked: checked.parked,
    updatedAt: DateTime.fromDateUnsafe(checked.updated_at),
    definition: checked.definition,
    newer: checked.newer ?? undefined,
    addition: checked.addition ?? undefined,
    replacedAt: checked.replaced_at === null ? undefined : DateTime.fromDateUnsafe(checked.replaced_at),
    partitions: checked.partitions,
    // Checked, too.
    partitionedBy: (checked.partitioned_by ?? undefined) as PartitionedBy | undefined,
    repartition: checked.next_partitions === null
      ? undefined
      : { partitions: checked.next_partitions, drainTo: Position(Number(checked.drain_to)) }
  }))

const checkRow = (operation: string, row: GenerationRow): Result.Result<GenerationRow, EventStoreError> =>
  Result.andThen(
    StoredValue.check(operation, generations, row),
    StoredValue.check(operation, ofPartitions, row)
  )
