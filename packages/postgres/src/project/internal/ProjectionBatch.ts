/** A batch of a generation: one transaction, in which its owner holds a row lock and stores the batch as a whole. */
import type { Position } from "@refold/core/event/Position"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type { LogHead } from "@refold/store/log/LogHead"
import type { Batch, Changes, Generation, RowChanges, UpdateOptions } from "@refold/store/project/ReadModelStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Statement from "effect/sql/Statement"
import * as Head from "../../log/internal/Head.ts"
import type { Database } from "../../schema/internal/Database.ts"
import { query, transaction } from "../../schema/internal/Query.ts"
import * as Generations from "./Generations.ts"
import * as ParkedStreams from "./ParkedStreams.ts"
import * as ProjectionRow from "./ProjectionRow.ts"
import * as RowSelection from "./RowSelection.ts"

/** How generations are owned. */
export interface Options {
  /** An owner that sends nothing for this time loses its generation. */
  readonly ownerIdleTimeout: Duration.Input
  /** Whether all transactions of the database take turns. */
  readonly hasOneSession: boolean
}

interface ClaimedRow extends Generations.GenerationRow, Head.HeadRow {
  readonly has_discarded: boolean
}

const operation = "update projection"

/** Runs `body` as the one owner of the generation; see the port. */
export const update = Effect.fnUntraced(function*<A, E, R>(
  database: Database,
  { hasOneSession, ownerIdleTimeout }: Options,
  generation: number,
  body: (batch: Batch) => Effect.Effect<A, E, R>,
  { wait = false }: UpdateOptions = {}
): Effect.fn.Return<Option.Option<A>, E | EventStoreError, R> {
  const isNested = yield* database.inTransaction
  const idle = milliseconds(ownerIdleTimeout)
  const run = Effect.gen(function*() {
    const { object, sql } = database
    const claiming = sql<ClaimedRow>`
      SELECT ${sql.literal(Generations.columns)}, has_discarded,
        ${Head.columns(database)}
      FROM ${object("claim_generation")}(
        ${generation}::int, ${wait}::boolean, ${lockTimeout(idle)}::int, ${idle}::int
      )`
    const [claimed] = yield* query(database, operation, claiming)
    if (claimed === undefined) return Option.none<A>()
    const owned = yield* Effect.fromResult(Generations.decode(claimed, operation))
    const head = yield* headOf(claimed)
    const batch = make(database, owned, { hasDiscarded: claimed.has_discarded, hasOneSession, head })
    const ran = claimed.has_tables
      ? Generations.inSchema(database, generation, isNested, body(batch))
      : body(batch)
    return Option.some(yield* ran)
  })
  return yield* transaction(database, operation, run)
})

// The maximum of PostgreSQL's timeouts; 0 disables them.
const maxMilliseconds = 2_147_483_647
const milliseconds = (duration: Duration.Input): number => {
  const millis = Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(duration)))
  return millis > maxMilliseconds ? 0 : Math.max(1, millis)
}

// Longer than an idle owner can keep the generation, and than any batch should take.
const lockTimeout = (idle: number): number => Math.min(idle, 3_600_000) + 20_000

const headOf = (row: Head.HeadRow): Effect.Effect<LogHead, EventStoreError> =>
  Effect.mapError(Effect.fromResult(Head.decode(row)), (cause) => new EventStoreError({ operation, cause }))

const make = (
  database: Database,
  generation: Generation,
  { hasOneSession, head, ...claimed }: Pick<Options, "hasOneSession"> & {
    readonly hasDiscarded: boolean
    readonly head: LogHead
  }
): Batch => {
  const { id, parked, projection } = generation
  // Most generations never have any; then batches send no query for them.
  let hasParked = parked > 0
  let { hasDiscarded } = claimed
  let hasWritten = false
  return {
    generation,
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
        hasParked && streams.length > 0 ? ParkedStreams.listParked(database, id, streams) : Effect.succeed([])
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
        return save(database, id, changes, hasWritten)
      }),
    discard: (events) =>
      Effect.suspend(() => {
        hasDiscarded ||= events.length > 0
        return ParkedStreams.discard(database, projection, events)
      }),
    add: (addition) => {
      const { object, sql } = database
      const update = sql`
        UPDATE ${object("projection_generations")} SET addition = ${JSON.stringify(addition)}::text::jsonb
        WHERE id = ${id}::int`
      return Effect.asVoid(query(database, operation, update))
    },
    redefine: (definition) => {
      const { object, sql } = database
      const update = sql`
        UPDATE ${object("projection_generations")} SET definition = ${definition}::text, addition = NULL
        WHERE id = ${id}::int`
      return Effect.asVoid(query(database, operation, update))
    },
    promote: Effect.map(query(database, "promote generation", promote(database, id)), ([row]) => row!.promoted)
  }
}

const promote = ({ object, sql }: Database, generation: number) =>
  sql<{ readonly promoted: boolean }>`SELECT ${object("promote_generation")}(${generation}::int) AS promoted`

const save = (
  database: Database,
  generation: number,
  changes: Changes,
  hasWritten: boolean
): Effect.Effect<void, EventStoreError> => {
  const hasRows = changes.rows.length + changes.removed.length > 0
  const checkpoint = saveCheckpoint(database, generation, changes, hasRows || hasWritten)
  const statement = hasRows ? writeRows(database, generation, changes, checkpoint) : checkpoint
  return Effect.asVoid(query(database, operation, statement))
}

const saveCheckpoint = (database: Database, generation: number, changes: Changes, rowsChanged: boolean) => {
  const { object, sql } = database
  return sql`
    SELECT ${object("save_checkpoint")}(
      ${generation}::int, ${changes.checkpoint}::bigint, ${changes.rate}::float8, ${rowsChanged}::boolean,
      ${ParkedStreams.parkedArguments(database, changes)}, ${
    changes.newer === undefined ? null : JSON.stringify(changes.newer)
  }::text::jsonb
    )`
}

// Rows, and what follows them, in one statement. In the order of the keys, so that two writers cannot deadlock: commits
// write rows of inline projections, too.
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
