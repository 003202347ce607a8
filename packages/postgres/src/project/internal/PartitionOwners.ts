/** Ownership of partitions: a transaction that locks their rows. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { Batch, PartitionedBy, UpdateOptions } from "@refold/store/project/ReadModelStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Statement from "effect/sql/Statement"
import * as Head from "../../log/internal/Head.ts"
import type { Database } from "../../schema/internal/Database.ts"
import { query, transaction } from "../../schema/internal/Query.ts"
import * as GenerationRow from "./GenerationRow.ts"
import * as Generations from "./Generations.ts"
import * as Partitions from "./Partitions.ts"
import * as ProjectionBatch from "./ProjectionBatch.ts"

/** How partitions are owned. */
export interface Options {
  /** An owner that sends nothing for this time loses its partition. */
  readonly ownerIdleTimeout: Duration.Input
  /** Whether all transactions of the database take turns. */
  readonly hasOneSession: boolean
}

interface ClaimedRow extends Partitions.PartitionRow, Head.HeadRow {
  readonly has_discarded: boolean
}

const operation = "update projection"

/** Runs `body` as the one owner of a partition; see the port. */
export const update = <A, E, R>(
  database: Database,
  options: Options,
  generation: number,
  body: (batch: Batch) => Effect.Effect<A, E, R>,
  { behind, except = [], partition, wait = false }: UpdateOptions = {}
): Effect.Effect<Option.Option<A>, E | EventStoreError, R> => {
  const { object, sql } = database
  const idle = milliseconds(options.ownerIdleTimeout)
  const claim = sql`${object("claim_partition")}(
    ${generation}::int, ${partition ?? null}::int, ${behind?.position ?? null}::bigint, ${
    behind?.definition ?? null
  }::text,
    ${except}::int[], ${wait}::boolean, ${lockTimeout(idle)}::int, ${idle}::int
  )`
  return claiming(database, options, claim, ([batch]) => body(batch))
}

/** Like `update`, for all partitions. */
export const updateAll = <A, E, R>(
  database: Database,
  options: Options,
  generation: number,
  body: (batches: Batches) => Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E | EventStoreError, R> => {
  const { object, sql } = database
  const idle = milliseconds(options.ownerIdleTimeout)
  const claim = sql`${object("claim_partitions")}(${generation}::int, ${lockTimeout(idle)}::int, ${idle}::int)`
  return claiming(database, options, claim, body)
}

/** Requests a change of the number of partitions, or makes it; see the port. */
export const repartition = (
  database: Database,
  { ownerIdleTimeout }: Options,
  generation: number,
  requested: { readonly partitions: number; readonly by: PartitionedBy | undefined } | undefined
): Effect.Effect<void, EventStoreError> => {
  const { object, sql } = database
  const changing = sql`SELECT ${object("repartition")}(
    ${generation}::int, ${requested?.partitions ?? null}::int, ${requested?.by ?? null}::text,
    ${lockTimeout(milliseconds(ownerIdleTimeout))}::int
  )`
  return Effect.asVoid(transaction(database, operation, query(database, operation, changing)))
}

type Batches = readonly [Batch, ...ReadonlyArray<Batch>]

const claiming = Effect.fnUntraced(function*<A, E, R>(
  database: Database,
  { hasOneSession }: Options,
  claim: Statement.Fragment,
  body: (batches: Batches) => Effect.Effect<A, E, R>
): Effect.fn.Return<Option.Option<A>, E | EventStoreError, R> {
  const isNested = yield* database.inTransaction
  const run = Effect.gen(function*() {
    const { sql } = database
    const rows = yield* query(
      database,
      operation,
      sql<ClaimedRow>`
        SELECT "partition", ${sql.literal(GenerationRow.columns)}, has_discarded, ${
        Head.columns(database)
      } FROM ${claim}`
    )
    const [first, ...others] = yield* Effect.forEach(rows, (row) => batchOf(database, hasOneSession, row))
    if (first === undefined) return Option.none<A>()
    const batches: Batches = [first, ...others]
    const ran = rows[0]!.has_tables
      ? Generations.inSchema(database, first.generation.id, isNested, body(batches))
      : body(batches)
    return Option.some(yield* ran)
  })
  return yield* transaction(database, operation, run)
})

const batchOf = Effect.fnUntraced(function*(
  database: Database,
  hasOneSession: boolean,
  row: ClaimedRow
): Effect.fn.Return<Batch, EventStoreError> {
  const owned = yield* Effect.fromResult(Partitions.decode(row, operation))
  return ProjectionBatch.make(database, owned, {
    hasDiscarded: row.has_discarded,
    hasOneSession,
    head: yield* ProjectionBatch.headOf(row)
  })
})

// The maximum of PostgreSQL's timeouts; 0 disables them.
const maxMilliseconds = 2_147_483_647
const milliseconds = (duration: Duration.Input): number => {
  const millis = Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(duration)))
  return millis > maxMilliseconds ? 0 : Math.max(1, millis)
}

// Longer than the idle timeout of an owner plus the duration of a batch.
const lockTimeout = (idle: number): number => Math.min(idle, 3_600_000) + 20_000
