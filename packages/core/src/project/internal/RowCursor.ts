/** The cursor of a query: the place at which a page of rows ended, as a string that is valid for the same query only. */
import type * as Brand from "effect/Brand"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"
import type * as RowIndex from "./RowIndex.ts"
import * as RowValue from "./RowValue.ts"

/** Where the next page of a query starts; valid for the same query only. Opaque, safe in a URL. */
export type Cursor = string & Brand.Brand<"Cursor">

/** The place of a row in the order of a query: its values of the sorted fields, and its key. */
export interface Place {
  readonly values: ReadonlyArray<RowValue.Scalar>
  readonly key: string
}

/** Encodes a place as a cursor; `mark` identifies the query. */
export const write = (mark: string, { key, values }: Place): Cursor =>
  // This module defines what a cursor is.
  Base64Url.encode(JSON.stringify([mark, key, ...values])) as Cursor

/** Decodes a cursor; undefined if the string is no cursor, or the cursor of another query. */
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

// A cursor may come from outside, and databases fail on some strings.
const isKey = (key: unknown): key is string => RowValue.fits("Text", key)

const areScalars = (
  kinds: ReadonlyArray<RowValue.Kind>,
  values: ReadonlyArray<unknown>
): values is ReadonlyArray<RowValue.Scalar> =>
  values.length === kinds.length && kinds.every((kind, index) => RowValue.fits(kind, values[index]))
