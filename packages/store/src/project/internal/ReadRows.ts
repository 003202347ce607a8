/** Reads rows from the store and decodes them to states of the projection. */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import type { Projection } from "@refold/core/project/Projection"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as RowQuery from "@refold/core/project/RowQuery"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { type DefinitionMismatch, UnreadableRow } from "../ProjectionError.ts"
import {
  type NoRows,
  ReadModelStore,
  type RowsIdentity,
  type RowSource,
  type SelectedRows,
  type Selection
} from "../ReadModelStore.ts"
import * as GenerationChoice from "./GenerationChoice.ts"
import type { Page, Row } from "./Row.ts"
import * as StreamRows from "./StreamRows.ts"

/** The errors of reading rows. */
export type ReadRowsFailure =
  | InvalidInput
  | NoRows
  | DefinitionMismatch
  | UnreadableRow
  | PoisonedEvent
  | NewerSchemaVersion
  | EventStoreError

/** The row with this key, of the live generation by default. */
export const byKey = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  key: string,
  generation?: number
): Effect.fn.Return<Option.Option<Row<State>>, ReadRowsFailure, EventReader | ReadModelStore> {
  yield* Effect.fromResult(NewEvent.checkName(key, "key"))
  const selected = yield* select(projection, sourceOf(projection, generation), { _tag: "Keys", keys: [key] })
  const [row] = yield* decode(projection, selected)
  return Option.fromUndefinedOr(row)
})

/** A page of a query, of the live generation by default. */
export const page = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  query: RowQuery.RowQuery<Index>,
  generation?: number
): Effect.fn.Return<Page<State>, ReadRowsFailure, EventReader | ReadModelStore> {
  const checked = yield* Effect.fromResult(RowQuery.check(projection, query))
  const source = sourceOf(projection, generation)
  // One row more than the page, to know whether there is a next page.
  const beyond = { ...checked, limit: checked.limit + 1 }
  const selected = yield* select(projection, source, { _tag: "Query", query: beyond })
  const rows = selected.rows.slice(0, checked.limit)
  const last = selected.rows.length > rows.length ? rows.at(-1) : undefined
  return {
    rows: yield* decode(projection, { ...selected, rows }),
    next: Option.map(Option.fromUndefinedOr(last), (row) => RowQuery.cursorAfter(checked, row)),
    position: selected.generation.checkpoint
  }
})

const sourceOf = (
  { definition, name, version }: RowsIdentity,
  generation: number | undefined
): RowSource => generation === undefined ? { name, version, definition } : { name, generation }

/** The rows of all pages; `read` reads the page after a cursor. */
export const pages = <State, E, R>(
  read: (after: RowQuery.Cursor | undefined) => Effect.Effect<Page<State>, E, R>
): Stream.Stream<Row<State>, E, R> =>
  Stream.paginate(
    undefined as RowQuery.Cursor | undefined,
    (after) => Effect.map(read(after), ({ next, rows }) => [rows, next] as const)
  )

const decode = <Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  { generation, rows }: SelectedRows
): Effect.Effect<ReadonlyArray<Row<State>>, UnreadableRow> =>
  Effect.fromResult(Result.all(rows.map((row) => decodeRow(projection, row, generation.version))))

/** Decodes a row that was written by this version of the projection. */
export const decodeRow = <Event extends Tagged, State>(
  { decode, name }: Projection<Event, State, string>,
  { key, position, state, version }: StoredRow,
  writtenBy: number
): Result.Result<Row<State>, UnreadableRow> =>
  Result.mapBoth(decode(state), {
    onSuccess: (decoded) => ({ key, state: decoded, position, version }),
    onFailure: (reason) => new UnreadableRow({ projection: name, key, version: writtenBy, reason })
  })

// The maximum number of reads of rows that change meanwhile.
const maxReads = 3

// Rows of an inline projection are written by handlers, but their streams may have events from elsewhere. A row that lacks
// events of its stream is folded to the end and stored, and rows are read again.
const select = Effect.fnUntraced(function*<Event extends Tagged, State>(
  projection: Projection<Event, State, string>,
  source: RowSource,
  selection: Selection
): Effect.fn.Return<SelectedRows, Exclude<ReadRowsFailure, UnreadableRow>, EventReader | ReadModelStore> {
  const store = yield* ReadModelStore
  for (let reads = 1;; reads++) {
    const selected = yield* store.read(source, selection)
    if (!projection.isInline || source.generation !== undefined) return selected
    // Rows of another version are folded from the first event: a state of one version cannot be continued by another.
    const isOwn = selected.generation.version === projection.version
    if (!isOwn && usesIndex(selection)) return yield* GenerationChoice.otherIndex(projection, selected.generation)
    const known = new Map(isOwn ? selected.rows.map((row) => [row.key, row]) : [])
    // A poisoned event must not hide the other rows of a page: its own row ends before it.
    const further = selection._tag === "Keys"
      ? yield* StreamRows.catchUp(projection, selection.keys, known, { stopsAtPoison: false })
      : yield* StreamRows.catchUp(projection, selected.rows.map(({ key }) => key), known, { stopsAtPoison: true })
    if (further.length === 0) return isOwn ? selected : { ...selected, rows: [] }
    // A reader without the right to write rows does not store them; the next read folds them again.
    const isStored = isOwn && (yield* Effect.isSuccess(store.catchUpRows(projection, further)))
    if (isStored && reads < maxReads) continue
    for (const row of further) known.set(row.key, row)
    return { ...selected, rows: [...known.values()] }
  }
})

const usesIndex = (selection: Selection): boolean =>
  selection._tag === "Query" && selection.query.where.length + selection.query.sort.length > 0
