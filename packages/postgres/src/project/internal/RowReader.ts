/**
 * Reads rows and their generation by one statement, so that the two agree. The statement must name a
 * table, so the generation of a reader is cached; if another has become live, the read is repeated.
 */
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { type DefinitionMismatch, UnknownProjection } from "@refold/store/project/ProjectionError"
import type {
  NoRows,
  RowsIdentity,
  RowSource,
  SelectedRows,
  Selection,
  Status
} from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { given, queryUnlessGone } from "../../schema/internal/Query.ts"
import * as StoredValue from "../../schema/internal/StoredValue.ts"
import * as GenerationRow from "./GenerationRow.ts"
import * as Generations from "./Generations.ts"
import * as ProjectionRow from "./ProjectionRow.ts"
import * as RowSelection from "./RowSelection.ts"

type Failure = NoRows | DefinitionMismatch | EventStoreError

type SelectedRow =
  & Omit<GenerationRow.GenerationRow, "version">
  & { readonly generation_version: number }
  // A generation without matching rows yields one row without a key.
  & (ProjectionRow.TableRow | { readonly key: null })

const operation = "read rows"

// Each attempt fails only if another generation becomes live during it, which is rare.
const maxAttempts = 10

/** The reader of a database. */
export const make = (
  database: Database
): (source: RowSource, selection: Selection) => Effect.Effect<SelectedRows, Failure> => {
  const chosen = new Map<string, Choice>()
  const find = Effect.fnUntraced(function*(key: string, reader: RowsIdentity): Effect.fn.Return<Choice, Failure> {
    const known = chosen.get(key)
    if (known !== undefined) return known
    const { definition, id, partitions, status } = yield* Generations.choose(database, reader)
    if (StoredDefinition.parse(definition).kind === "tables") return yield* withoutRows(reader.name)
    const choice = { name: reader.name, generation: id, partitions, status }
    chosen.set(key, choice)
    return choice
  })
  const readChosen = Effect.fnUntraced(function*(
    reader: RowsIdentity,
    selection: Selection
  ): Effect.fn.Return<SelectedRows, Failure> {
    const key = JSON.stringify([reader.name, reader.version, reader.definition])
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const choice = yield* find(key, reader)
      const rows = yield* queryUnlessGone(database, operation, select(database, choice, selection))
      if (Option.isSome(rows) && rows.value.length > 0) {
        return yield* Effect.fromResult(decode(rows.value, selection))
      }
      chosen.delete(key)
    }
    return yield* new EventStoreError({ operation, cause: `another generation became live ${maxAttempts} times` })
  })
  return (source, selection) =>
    source.generation === undefined
      ? readChosen(source, selection)
      : readCertain(database, source, selection)
}

const withoutRows = (projection: string): Effect.Effect<never, EventStoreError> =>
  Effect.fail(new EventStoreError({ operation, cause: `projection "${projection}" has tables of its own` }))

/** A generation, and the status in which it is read; in any status by default. */
export interface Choice {
  readonly name: string
  readonly generation: number
  /** The number of its partitions when it was chosen; any number by default. */
  readonly partitions?: number | undefined
  readonly status?: Status | undefined
}

const readCertain = Effect.fnUntraced(function*(
  database: Database,
  source: Choice,
  selection: Selection
): Effect.fn.Return<SelectedRows, Failure> {
  const rows = yield* queryUnlessGone(database, operation, select(database, source, selection))
  return Option.isSome(rows) && rows.value.length > 0
    ? yield* Effect.fromResult(decode(rows.value, selection))
    : yield* new UnknownProjection({ projection: source.name })
})

/**
 * Rows of a generation, and the generation, in one snapshot. No rows if it is not in its status any more, or had one
 * partition and has several. The rows are in the order of the selection, because the outer side of the join has one row.
 */
export const select = (
  database: Database,
  { generation, name, partitions, status }: Choice,
  selection: Selection
): Statement.Statement<SelectedRow> => {
  const { object, sql } = database
  const conditions = [
    sql`projection = ${name}::text`,
    sql`id = ${generation}::int`,
    ...given(status, (status) => sql`status = ${status}::text`),
    ...(partitions === 1 ? [sql`partitions = 1`] : [])
  ]
  // A single partition has all columns of its generation. The view for several partitions takes more time to plan.
  const view = partitions === 1 ? "partitions" : "projections"
  return sql<SelectedRow>`
    WITH chosen AS MATERIALIZED (
      SELECT ${sql.literal(columns)} FROM ${object(view)} WHERE ${sql.and(conditions)}
    )
    SELECT chosen.*, r.key, r.state, r."position", r.version
    FROM chosen LEFT JOIN LATERAL (${RowSelection.select(database, generation, selection)}) AS r ON true`
}

// Renamed, because a row has a column `version`, too.
const columns = GenerationRow.columns.replace("version", "version AS generation_version")

const decode = (
  rows: ReadonlyArray<SelectedRow>,
  selection: Selection
): Result.Result<SelectedRows, EventStoreError> => {
  const [first] = rows
  const found = rows.flatMap((row) => row.key === null ? [] : [row])
  return Result.flatMap(
    GenerationRow.decode({ ...first!, version: first!.generation_version }, operation),
    (generation) => {
      const source = { generation: generation.id, operation }
      const decoded = selection._tag === "Keys"
        ? ProjectionRow.inOrder(source, selection.keys, found)
        : StoredValue.decodeAll(found, (row) => ProjectionRow.decode(source, row))
      return Result.map(decoded, (rows) => ({ generation, rows }))
    }
  )
}
