/**
 * Reading rows, together with the generation that they are of, at one moment: by one statement. It must name a table, so
 * the generation that is live is remembered, and where another has become live the read is done again.
 */
import { EventStoreError } from "@refold/store/log/EventStoreError"
import { UnknownProjection } from "@refold/store/project/ProjectionError"
import type { NoRows, RowSource, SelectedRows, Selection } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "./Database.ts"
import * as Generations from "./Generations.ts"
import { queryUnlessGone } from "./Query.ts"
import * as RowSql from "./RowSql.ts"
import * as StoredRows from "./StoredRows.ts"

type Failure = NoRows | EventStoreError

type SelectedRow =
  & Omit<Generations.GenerationRow, "version">
  & { readonly generation_version: number }
  // No key in the one row that stands for none.
  & (StoredRows.TableRow | { readonly key: null })

const operation = "read rows"

// A swap between two looks is rare, and a second one at once rarer still.
const maxLooks = 10

/** What reads a database's rows. */
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
    for (let look = 1; look <= maxLooks; look++) {
      const generation = yield* find(projection)
      const rows = yield* select(database, "rows/read_live", { projection, generation }, selection)
      const isSame = Option.exists(rows, ([row]) => row?.id === generation)
      if (Option.isSome(rows) && isSame) return decode(rows.value, selection)
      live.delete(projection)
    }
    return yield* new EventStoreError({ operation, cause: `another generation became live ${maxLooks} times` })
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
  const rows = yield* select(database, "rows/read_generation", source, selection)
  return Option.isSome(rows) && rows.value.length > 0
    ? decode(rows.value, selection)
    : yield* new UnknownProjection(source)
})

const withoutRows = (projection: string): Effect.Effect<never, EventStoreError> =>
  Effect.fail(new EventStoreError({ operation, cause: `projection "${projection}" has tables of its own` }))

const select = (
  database: Database,
  file: string,
  source: Source,
  selection: Selection
): Effect.Effect<Option.Option<ReadonlyArray<SelectedRow>>, EventStoreError> => {
  const { parameters, text } = RowSql.select(selection)
  return queryUnlessGone(
    database,
    operation,
    { file, generation: source.generation, selection: text },
    { ...source, ...parameters }
  )
}

const decode = (rows: ReadonlyArray<SelectedRow>, selection: Selection): SelectedRows => {
  const [first] = rows
  const found = rows.flatMap((row) => row.key === null ? [] : [row])
  return {
    generation: Generations.decode({ ...first!, version: first!.generation_version }),
    rows: selection._tag === "Keys" ? StoredRows.inOrder(selection.keys, found) : found.map(StoredRows.decode)
  }
}
