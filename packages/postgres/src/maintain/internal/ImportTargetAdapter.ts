/** The target of an import on one database: queries of stored data, and batches that are stored with the progress. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import { ImportMismatch, StoreNotEmpty } from "@refold/store/maintain/ImportError"
import type { EventPlace, ImportBatch, ImportProgress, ImportTarget } from "@refold/store/maintain/Maintenance"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../../schema/internal/Database.ts"
import { query, transaction } from "../../schema/internal/Query.ts"
import * as ImportStatements from "./ImportStatements.ts"
import * as ImportTables from "./ImportTables.ts"

const operation = "import"

/** The queries that the targets of a store and of a dry run have in common. */
export const facts = (
  database: Database,
  limits: SizeLimits,
  tables: ImportTables.ImportTables
): Pick<ImportTarget, "limits" | "streamEnds" | "areCommits" | "areStored"> => {
  const { sql } = database
  return {
    limits,
    streamEnds: (streams) =>
      Effect.map(
        query(
          database,
          operation,
          sql<{ readonly version: number | null; readonly recorded_at: Date | null }>`
            SELECT last.version::float8 AS version, last.recorded_at
            FROM unnest(${streams}::text[]) WITH ORDINALITY AS wanted (stream, n)
            LEFT JOIN LATERAL (
              SELECT e.version, e.recorded_at FROM ${tables.events} AS e
              WHERE e.stream = wanted.stream ORDER BY e.version DESC LIMIT 1
            ) AS last ON true
            ORDER BY wanted.n`
        ),
        (rows) =>
          rows.map(({ recorded_at, version }) =>
            version === null || recorded_at === null
              ? Option.none()
              : Option.some({ version, recordedAt: DateTime.fromDateUnsafe(recorded_at) })
          )
      ),
    areCommits: (positions) => areCommits(database, tables, positions),
    areStored: (places) => areStored(database, tables, places)
  }
}

// OFFSET 0, as in ImportStatements.
const areCommits = (
  database: Database,
  tables: ImportTables.ImportTables,
  positions: ReadonlyArray<Position>
): Effect.Effect<ReadonlyArray<boolean>, EventStoreError> => {
  const { sql } = database
  const statement = sql<{ readonly stored: boolean }>`
    SELECT EXISTS (
      SELECT FROM ${tables.events} AS e WHERE e."position" = wanted."position" AND e.commit_offset = 0 OFFSET 0
    ) AS stored
    FROM unnest(${positions.map(BigInt)}::bigint[]) WITH ORDINALITY AS wanted ("position", n) ORDER BY wanted.n`
  return Effect.map(query(database, operation, statement), (rows) => rows.map(({ stored }) => stored))
}

const areStored = (
  database: Database,
  tables: ImportTables.ImportTables,
  places: ReadonlyArray<EventPlace>
): Effect.Effect<ReadonlyArray<boolean>, EventStoreError> => {
  const { sql } = database
  const statement = sql<{ readonly stored: boolean }>`
    SELECT EXISTS (
      SELECT FROM ${tables.events} AS e WHERE e.stream = wanted.stream AND e.version = wanted.version OFFSET 0
    ) AS stored
    FROM unnest(
      ${places.map(({ stream }) => stream)}::text[], ${places.map(({ version }) => BigInt(version))}::bigint[]
    ) WITH ORDINALITY AS wanted (stream, version, n)
    ORDER BY wanted.n`
  return places.length === 0
    ? Effect.succeed([])
    : Effect.map(query(database, operation, statement), (rows) => rows.map(({ stored }) => stored))
}

/** The target that fills the store. */
export const ofStore = (database: Database, limits: SizeLimits): ImportTarget => {
  const { object, sql } = database
  const tables = ImportTables.ofStore(database)
  let id: EventId | undefined
  const move = Effect.fnUntraced(function*(from: ImportProgress, to: ImportProgress) {
    const moved = yield* query(
      database,
      operation,
      sql`
        UPDATE ${object("import_progress")} SET progress = ${JSON.stringify(to)}::text::jsonb
        WHERE id = ${id ?? ""}::text::uuid AND coalesce((progress ->> 'lines')::bigint, 0) = ${from.lines}::bigint
        RETURNING id`
    )
    if (moved.length === 0) {
      return yield* new ImportMismatch({
        reason: "another program imports at the same time, or has given the import up"
      })
    }
  })
  return {
    ...facts(database, limits, tables),
    begin: Effect.fnUntraced(function*(wanted) {
      const progress = yield* begin(database, wanted)
      id = wanted
      return progress
    }),
    write: (batch, from, to) =>
      orTaken(transaction(database, operation, Effect.andThen(move(from, to), store(database, tables, batch)))),
    finish: (at) => {
      const end = query(database, operation, sql`SELECT ${object("end_import")}()`)
      return transaction(database, operation, Effect.andThen(move(at, at), Effect.asVoid(end)))
    }
  }
}

/** Stores a batch. Fails with the first item that is taken. */
export const store = Effect.fnUntraced(function*(
  database: Database,
  tables: ImportTables.ImportTables,
  batch: ImportBatch
): Effect.fn.Return<void, Taken | EventStoreError> {
  const written = (statement: ReturnType<typeof ImportStatements.keys>, ids: ReadonlyArray<string>) =>
    Effect.flatMap(query(database, operation, statement), (rows) => allOf(rows, ids))
  switch (batch.kind) {
    case "event":
      return yield* written(ImportStatements.events(database, tables, batch.items), batch.items.map(({ id }) => id))
    case "key":
      return yield* written(ImportStatements.keys(database, tables, batch.items), batch.items.map(({ key }) => key))
    case "discard":
      return yield* written(
        ImportStatements.discards(database, tables, batch.items),
        batch.items.map(ImportStatements.discardId)
      )
    case "consumer":
      for (const [index, item] of batch.items.entries()) {
        const rows = yield* query(database, operation, ImportStatements.consumer(database, tables, item))
        if (rows.length === 0) return yield* new Taken({ index })
      }
  }
})

/** An item of a batch whose id is taken. */
class Taken extends TaggedError("Taken")<{ readonly index: number }> {}

/** Turns the failure `Taken` into the index of the item; None if the batch is stored. */
export const orTaken = <E extends ImportMismatch | EventStoreError>(
  stored: Effect.Effect<void, E | Taken>
): Effect.Effect<Option.Option<number>, ImportMismatch | EventStoreError> =>
  Effect.as(stored, Option.none<number>()).pipe(
    Effect.catch((error: ImportMismatch | EventStoreError | Taken) =>
      error._tag === "Taken" ? Effect.succeedSome(error.index) : Effect.fail(error)
    )
  )

const allOf = (
  rows: ReadonlyArray<ImportStatements.StoredRow>,
  ids: ReadonlyArray<string>
): Effect.Effect<void, Taken> => {
  if (rows.length === ids.length) return Effect.void
  const stored = new Set(rows.map(({ id }) => id))
  // Each id once: the second of two equal ones was not stored.
  return new Taken({ index: ids.findIndex((id) => !stored.delete(id)) })
}

interface Begun {
  readonly has?: string
  readonly other?: string
  readonly progress?: ImportProgress | null
}

const begin = Effect.fnUntraced(function*(
  database: Database,
  id: EventId
): Effect.fn.Return<ImportProgress, StoreNotEmpty | ImportMismatch | EventStoreError> {
  const { object, sql } = database
  const statement = sql<{ readonly begun: Begun }>`SELECT ${object("begin_import")}(${id}::text::uuid) AS begun`
  const [row] = yield* query(database, operation, statement)
  const { has, other, progress } = row!.begun
  if (has !== undefined) return yield* new StoreNotEmpty({ has })
  if (other !== undefined) {
    return yield* new ImportMismatch({ reason: `the store is in the middle of the import of ${other}` })
  }
  return progress ?? unstarted
})

/** The progress before the first line. */
export const unstarted: ImportProgress = {
  lines: 0,
  sha256: "",
  position: 0,
  counts: { events: 0, keys: 0, discards: 0, consumers: 0 }
}
