/** A batch of a partition: the reads and writes of its owner in the transaction that locks it. */
import type { Position } from "@refold/core/event/Position"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type { LogHead } from "@refold/store/log/LogHead"
import type { Batch, Changes, Partition, RowChanges } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type * as Statement from "effect/sql/Statement"
import * as Head from "../../log/internal/Head.ts"
import type { Database } from "../../schema/internal/Database.ts"
import { query, transaction } from "../../schema/internal/Query.ts"
import * as ParkedStreams from "./ParkedStreams.ts"
import * as ProjectionRow from "./ProjectionRow.ts"
import * as RowSelection from "./RowSelection.ts"

const operation = "update projection"

/** The head of the log from a row. */
export const headOf = (row: Head.HeadRow): Effect.Effect<LogHead, EventStoreError> =>
  Effect.mapError(Effect.fromResult(Head.decode(row)), (cause) => new EventStoreError({ operation, cause }))

/** The batch of a locked partition. */
export const make = (
  database: Database,
  { generation, partition }: Partition,
  { hasOneSession, head, ...claimed }: {
    /** Whether all transactions of the database take turns. */
    readonly hasOneSession: boolean
    readonly hasDiscarded: boolean
    readonly head: LogHead
  }
): Batch => {
  const { id, parked, projection } = generation
  // Most generations have no parked streams; their batches send no query for them.
  let hasParked = parked > 0
  let { hasDiscarded } = claimed
  let hasWritten = false
  return {
    generation,
    partition,
    head,
    readHead: Effect.flatMap(
      query(database, operation, database.sql<Head.HeadRow>`SELECT ${Head.columns(database)}`),
      ([row]) => headOf(row!)
    ),
    rows: (keys) =>
      keys.length === 0 ? Effect.succeed([]) : Effect.flatMap(
        query(database, operation, RowSelection.byKeys(database, id, keys)),
        (rows) => Effect.fromResult(ProjectionRow.inOrder({ generation: id, operation }, keys, rows))
      ),
    parked: (streams) =>
      Effect.suspend(() =>
        hasParked && streams.length > 0
          ? ParkedStreams.listParked(database, id, { partition, streams })
          : Effect.succeed([])
      ),
    discarded: (after: Position, upTo: Position) =>
      Effect.suspend(() =>
        hasDiscarded
          ? Effect.map(
            ParkedStreams.listDiscarded(database, projection, { after, upTo }),
            (events) => events.map(({ position }) => position)
          )
          : Effect.succeed([])
      ),
    writeRows: (changes) =>
      Effect.suspend(() => {
        hasWritten = true
        return Effect.asVoid(query(database, operation, writeRows(database, id, changes)))
      }),
    outside: hasOneSession ? undefined : database.outsideTransaction,
    undoOnFailure: (effect) => transaction(database, operation, effect),
    save: (changes) =>
      Effect.suspend(() => {
        hasParked ||= changes.parked.length > 0
        return save(database, { id, partition }, changes, hasWritten)
      }),
    discard: (events) =>
      Effect.suspend(() => {
        hasDiscarded ||= events.length > 0
        return ParkedStreams.discard(database, projection, events)
      }),
    add: (addition) => {
      const { object, sql } = database
      const update = sql`
        UPDATE ${object("projection_partitions")} SET addition = ${JSON.stringify(addition)}::text::jsonb
        WHERE generation = ${id}::int AND "partition" = ${partition}::int`
      return Effect.asVoid(query(database, operation, update))
    },
    redefine: (definition) => {
      const { object, sql } = database
      const update = sql`
        UPDATE ${object("projection_partitions")} SET definition = ${definition}::text, addition = NULL
        WHERE generation = ${id}::int AND "partition" = ${partition}::int`
      return Effect.asVoid(query(database, operation, update))
    },
    promote: Effect.map(query(database, "promote generation", promote(database, id)), ([row]) => row!.promoted)
  }
}

const promote = ({ object, sql }: Database, generation: number) =>
  sql<{ readonly promoted: boolean }>`SELECT ${object("promote_generation")}(${generation}::int) AS promoted`

interface Place {
  readonly id: number
  readonly partition: number
}

const save = (
  database: Database,
  place: Place,
  changes: Changes,
  hasWritten: boolean
): Effect.Effect<void, EventStoreError> => {
  const hasRows = changes.rows.length + changes.removed.length > 0
  const checkpoint = saveCheckpoint(database, place, changes, hasRows || hasWritten)
  const statement = hasRows ? writeRows(database, place.id, changes, checkpoint) : checkpoint
  return Effect.asVoid(query(database, operation, statement))
}

const saveCheckpoint = (database: Database, { id, partition }: Place, changes: Changes, rowsChanged: boolean) => {
  const { object, sql } = database
  return sql`
    SELECT ${object("save_checkpoint")}(
      ${id}::int, ${partition}::int, ${changes.checkpoint}::bigint, ${changes.rate}::float8, ${rowsChanged}::boolean,
      ${ParkedStreams.parkedArguments(database, changes)}, ${
    changes.newer === undefined ? null : JSON.stringify(changes.newer)
  }::text::jsonb
    )`
}

// Writes rows, and runs the following statement, in one statement. In the order of the keys, so that two writers cannot
// deadlock: commits write rows of inline projections, too.
const writeRows = (
  database: Database,
  generation: number,
  changes: RowChanges,
  following: Statement.Fragment = database.sql`SELECT`
) => {
  const { sql } = database
  const table = database.rows(generation)
  const { keys, positions, states, versions } = ProjectionRow.encode(changes.rows)
  return sql`
    WITH stored AS (
      INSERT INTO ${table} AS known (key, state, "position", version)
      SELECT r.key, r.state, r."position", r.version
      FROM unnest(${keys}::text[], ${states}::text[]::jsonb[], ${positions}::bigint[], ${versions}::bigint[])
        AS r(key, state, "position", version)
      ORDER BY r.key COLLATE "C"
      ON CONFLICT (key) DO UPDATE SET
        state = excluded.state, "position" = excluded."position", version = excluded.version
      WHERE NOT ${changes.keepsNewer}::boolean OR known.version < excluded.version
    ), removed AS (
      DELETE FROM ${table} WHERE key = ANY (${changes.removed}::text[])
    )
    ${following}`
}
