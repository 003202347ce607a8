/** Where a page of rows ended, as a text that only the very query of that page reads again. */
import type * as Brand from "effect/Brand"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"
import * as RowIndex from "./RowIndex.ts"

/** Where the next page of a query starts; only that very query understands it. Opaque, safe in a URL. */
export type Cursor = string & Brand.Brand<"Cursor">

/** The place of a row in the order of a query: its values of the fields that the query sorts by, and its key. */
export interface Place {
  readonly values: ReadonlyArray<RowIndex.Scalar>
  readonly key: string
}

/** The cursor of a place; `mark` is of the query alone. */
export const write = (mark: string, { key, values }: Place): Cursor =>
  // A cursor is whatever this module encodes as one.
  Base64Url.encode(JSON.stringify([mark, key, ...values])) as Cursor

/** The place; undefined where the text is no cursor, or one of another query. */
export const read = (
  cursor: string,
  mark: string,
  sort: ReadonlyArray<RowIndex.IndexField>
): Place | undefined => {
  const parsed = parse(cursor)
  if (!Array.isArray(parsed)) return undefined
  const [found, key, ...values] = parsed as ReadonlyArray<unknown>
  const kinds = sort.map(({ kind }) => kind)
  return found === mark && isKey(key) && areScalars(kinds, values) ? { key, values } : undefined
}

const parse = (cursor: string): unknown => {
  try {
    return JSON.parse(Result.getOrThrow(Base64Url.decodeString(cursor)))
  } catch {
    return undefined
  }
}

// Anyone can write a cursor, and databases refuse some texts with errors of their own.
const isKey = (key: unknown): key is string => RowIndex.fits("Text", key)

const areScalars = (
  kinds: ReadonlyArray<RowIndex.Kind>,
  values: ReadonlyArray<unknown>
): values is ReadonlyArray<RowIndex.Scalar> =>
  values.length === kinds.length && kinds.every((kind, index) => RowIndex.fits(kind, values[index]))
