/**
 * Reads rows and the generation that they belong to by one statement, so that the two agree. The statement must name a
 * table, so the live generation is cached; if another has become live, the read is repeated.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { UnknownProjection } from "@refold/store/project/ProjectionError"
import type { NoRows, RowSource, SelectedRows, Selection } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { queryUnlessGone } from "../../schema/internal/Query.ts"
import * as Generations from "./Generations.ts"
import * as ProjectionRow from "./ProjectionRow.ts"
import * as RowSelection from "./RowSelection.ts"

type Failure = NoRows | EventStoreError

type SelectedRow =
  & Omit<Generations.GenerationRow, "version">
  & { readonly generation_version: number }
  // A generation without matching rows yields one row without a key.
  & (ProjectionRow.TableRow | { readonly key: null })

const operation = "read rows"

// A swap between two attempts is rare, and two in a row are rarer.
const maxAttempts = 10

/** The reader of a database. */
export const make = (
  database: Database
): (source: RowSource, selection: Selection) => Effect.Effect<SelectedRows, Failure> => {
  const live = new Map<string, number>()
  const find = Effect.fnUntraced(function*(projection: string): Effect.fn.Return<number, Failure> {
    const known = live.get(projection)
    if (known !== undefined) return known
    const found = yield* Generations.findLive(database, projection)
    if (found.has_tables) return yield* withoutRows(projection)
    live.set(projection, found.id)
    return found.id
  })
  const readLive = Effect.fnUntraced(function*(
    projection: string,
    selection: Selection
  ): Effect.fn.Return<SelectedRows, Failure> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const generation = yield* find(projection)
      const rows = yield* queryUnlessGone(
        database,
        operation,
        selectLive(database, { projection, generation }, selection)
      )
      const isSame = Option.exists(rows, ([row]) => row?.id === generation)
      if (Option.isSome(rows) && isSame) return decode(rows.value, selection)
      live.delete(projection)
    }
    return yield* new EventStoreError({ operation, cause: `another generation became live ${maxAttempts} times` })
  })
  return (source, selection) =>
    source.generation === undefined
      ? readLive(source.projection, selection)
      : readCertain(database, { ...source, generation: source.generation }, selection)
}

interface Source {
  readonly projection: string
  readonly generation: number
}

const readCertain = Effect.fnUntraced(function*(
  database: Database,
  source: Source,
  selection: Selection
): Effect.fn.Return<SelectedRows, Failure> {
  const rows = yield* queryUnlessGone(database, operation, selectFrom(database, source, selection))
  return Option.isSome(rows) && rows.value.length > 0
    ? decode(rows.value, selection)
    : yield* new UnknownProjection(source)
})

const withoutRows = (projection: string): Effect.Effect<never, EventStoreError> =>
  Effect.fail(new EventStoreError({ operation, cause: `projection "${projection}" has tables of its own` }))

/**
 * Rows of the generation that was live, and the generation that is live, by one snapshot. No rows if the two differ. The
 * rows are in the order of the selection: they are the inside of a loop over one row.
 */
export const selectLive = (
  database: Database,
  { generation, projection }: Source,
  selection: Selection
): Statement.Statement<SelectedRow> => {
  const { sql } = database
  return sql<SelectedRow>`
    WITH live AS MATERIALIZED (
      ${generations(database)} WHERE projection = ${projection}::text AND status = 'Live'
    )
    SELECT live.*, r.key, r.state, r."position", r.version
    FROM live LEFT JOIN LATERAL (${RowSelection.select(database, generation, selection)}) AS r
      ON live.id = ${generation}::int`
}

// As selectLive, of a certain generation.
const selectFrom = (
  database: Database,
  { generation, projection }: Source,
  selection: Selection
): Statement.Statement<SelectedRow> => {
  const { sql } = database
  return sql<SelectedRow>`
    WITH live AS MATERIALIZED (
      ${generations(database)} WHERE projection = ${projection}::text AND id = ${generation}::int
    )
    SELECT live.*, r.key, r.state, r."position", r.version
    FROM live LEFT JOIN LATERAL (${RowSelection.select(database, generation, selection)}) AS r ON true`
}

const generations = ({ object, sql }: Database): Statement.Fragment =>
  sql`SELECT id, projection, version AS generation_version, status, checkpoint, revision, rate, has_tables, updated_at, parked
      FROM ${object("projections")}`

const decode = (rows: ReadonlyArray<SelectedRow>, selection: Selection): SelectedRows => {
  const [first] = rows
  const found = rows.flatMap((row) => row.key === null ? [] : [row])
  return {
    generation: Generations.decode({ ...first!, version: first!.generation_version }),
    rows: selection._tag === "Keys" ? ProjectionRow.inOrder(selection.keys, found) : found.map(ProjectionRow.decode)
  }
}
