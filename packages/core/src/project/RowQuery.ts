/**
 * A query of a projection's rows: filter, order and page. `evaluate` is the specification: all adapters return the same
 * pages.
 */
import * as Result from "effect/Result"
import { invalid, type InvalidInput } from "../event/InvalidInput.ts"
import * as Json from "../event/Json.ts"
import * as RowCursor from "./internal/RowCursor.ts"
import type * as RowIndex from "./internal/RowIndex.ts"
import { valuesOf } from "./internal/RowIndex.ts"
import * as RowValue from "./internal/RowValue.ts"
import type { StoredRow } from "./ProjectionFold.ts"

/** Where the next page of a query starts; valid for the same query only. Opaque, safe in a URL. */
export type Cursor = RowCursor.Cursor

/** A query; by default the first 100 rows in the order of keys. */
export interface RowQuery<Index extends string = string> {
  /** The index to filter and sort by. Rows are sorted by its fields, then by key. */
  readonly index?: Index | undefined
  /** Only rows with these encoded values in the first fields of the index. */
  readonly where?: Readonly<Record<string, RowValue.Scalar>> | undefined
  /** Only rows with a value in `[from, to)` in the first field that `where` does not fix, or else in the key. */
  readonly range?: { readonly from?: RowValue.Scalar; readonly to?: RowValue.Scalar } | undefined
  /** Whether rows are sorted in descending order; false by default. */
  readonly descending?: boolean | undefined
  /** Maximum number of rows, 1 to 1,000; 100 by default. */
  readonly limit?: number | undefined
  /** The cursor `next` of the previous page. */
  readonly after?: Cursor | undefined
}

/** A checked query. */
export interface CheckedQuery {
  readonly where: ReadonlyArray<readonly [RowIndex.IndexField, RowValue.Scalar]>
  readonly range: { readonly from?: RowValue.Scalar; readonly to?: RowValue.Scalar }
  /** The fields that `where` does not fix: rows are sorted by them, then by key. */
  readonly sort: ReadonlyArray<RowIndex.IndexField>
  readonly descending: boolean
  readonly limit: number
  /** The values of `sort` in the last row of the previous page, and its key. */
  readonly after: RowCursor.Place | undefined
  /** Identifies the query in its cursors. */
  readonly mark: string
}

interface Queried {
  readonly name: string
  readonly version: number
  readonly indexes: ReadonlyArray<RowIndex.RowIndex>
}

/** Maximum number of rows of a page. */
export const maxLimit = 1000

/** Checks a query. Fails with `InvalidInput` for the field that breaks a rule. */
export const check = (projection: Queried, query: RowQuery): Result.Result<CheckedQuery, InvalidInput> =>
  Result.gen(function*() {
    const { after, descending = false, index, limit = 100, range = {}, where = {} } = query
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
      return yield* invalid("limit", `must be a whole number from 1 to ${maxLimit}`)
    }
    if (typeof descending !== "boolean") return yield* invalid("descending", "must be true or false")
    const fields = yield* fieldsOf(projection, index)
    const fixed = yield* checkWhere(fields, where)
    const sort = fields.slice(fixed.length)
    yield* checkRange(sort[0]?.kind ?? "Text", range)
    const mark = Json.canonical(
      [projection.name, projection.version, index ?? null, where, range.from ?? null, range.to ?? null, descending]
    )
    const place = after === undefined ? undefined : RowCursor.read(after, mark, sort)
    if (after !== undefined && place === undefined) {
      return yield* invalid("after", "must be the cursor of the previous page of the same query")
    }
    return { where: fixed, range, sort, descending, limit, after: place, mark }
  })

const fieldsOf = (
  { indexes, name }: Queried,
  index: string | undefined
): Result.Result<ReadonlyArray<RowIndex.IndexField>, InvalidInput> => {
  if (index === undefined) return Result.succeed([])
  const found = indexes.find((known) => known.name === index)
  return found === undefined
    ? invalid("index", `must be one of the indexes of projection "${name}", not "${index}"`)
    : Result.succeed(found.fields)
}

const checkWhere = (
  fields: ReadonlyArray<RowIndex.IndexField>,
  where: Readonly<Record<string, RowValue.Scalar>>
): Result.Result<CheckedQuery["where"], InvalidInput> => {
  if (!isObject(where)) return invalid("where", "must be an object")
  const names = Object.keys(where)
  const fixed = fields.slice(0, names.length)
  const checked: Array<readonly [RowIndex.IndexField, RowValue.Scalar]> = []
  for (const name of names) {
    if (!fixed.some(({ field }) => field === name)) {
      return invalid(`where.${name}`, "must be one of the first fields of the index")
    }
  }
  for (const field of fixed) {
    const value = where[field.field]
    if (!RowValue.fits(field.kind, value)) return invalid(`where.${field.field}`, RowValue.ruleOf(field.kind))
    checked.push([field, value])
  }
  return Result.succeed(checked)
}

const checkRange = (kind: RowValue.Kind, range: CheckedQuery["range"]): Result.Result<void, InvalidInput> => {
  if (!isObject(range)) return invalid("range", "must be an object")
  for (const end of ["from", "to"] as const) {
    if (range[end] !== undefined && !RowValue.fits(kind, range[end]))
      return invalid(`range.${end}`, RowValue.ruleOf(kind))
  }
  return Result.void
}

/** The cursor of the page that starts after this row. */
export const cursorAfter = ({ mark, sort }: CheckedQuery, row: StoredRow): Cursor =>
  RowCursor.write(mark, placeOf(sort, row))

/** The page of these rows that every adapter must return. */
export const evaluate = (query: CheckedQuery, rows: Iterable<StoredRow>): ReadonlyArray<StoredRow> => {
  const { after, descending, limit, sort, where } = query
  const order = orderOf(sort, descending)
  return [...rows]
    .filter(({ state }) =>
      where.every(([field, value]) => RowValue.compare(field.kind, valuesOf([field], state)[0]!, value) === 0)
    )
    .filter((row) => inRange(query, row))
    .filter((row) => after === undefined || order(placeOf(sort, row), after) > 0)
    .toSorted((one, two) => order(placeOf(sort, one), placeOf(sort, two)))
    .slice(0, limit)
}

const placeOf = (sort: ReadonlyArray<RowIndex.IndexField>, { key, state }: StoredRow): RowCursor.Place => ({
  key,
  values: valuesOf(sort, state)
})

const orderOf =
  (sort: ReadonlyArray<RowIndex.IndexField>, descending: boolean) =>
  (one: RowCursor.Place, two: RowCursor.Place): number => {
    for (const [index, { kind }] of sort.entries()) {
      const order = RowValue.compare(kind, one.values[index]!, two.values[index]!)
      if (order !== 0) return descending ? -order : order
    }
    const order = RowValue.compareText(one.key, two.key)
    return descending ? -order : order
  }

const inRange = ({ range: { from, to }, sort: [first] }: CheckedQuery, row: StoredRow): boolean => {
  const kind = first?.kind ?? "Text"
  const value = first === undefined ? row.key : valuesOf([first], row.state)[0]!
  return (from === undefined || RowValue.compare(kind, value, from) >= 0) &&
    (to === undefined || RowValue.compare(kind, value, to) < 0)
}

// A query may come from outside, so its types are not certain.
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)
