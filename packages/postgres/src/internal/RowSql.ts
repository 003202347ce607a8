/**
 * Which rows, as SQL: pages of a query along its index, and rows by their keys. A page begins at one place of the index
 * and is read from there in its order; what lies beyond the query's other end is left out of the page outside. With two
 * ends inside, PostgreSQL expects few rows until the table is first analysed, and then sorts all of them for each page.
 */
import type { IndexField, RowIndex, Scalar } from "@refold/core/internal/project/RowIndex"
import type { CheckedQuery } from "@refold/core/project/RowQuery"
import type { Selection } from "@refold/store/project/ReadModelStore"
import type { Parameters } from "./SqlFile.ts"

/** The SQL of a selection, for a file of `sql/rows`, and the parameters that it names. */
export interface RowSql {
  readonly text: string
  readonly parameters: Parameters
}

/** What an index is on, beside the key. */
export const definition = ({ fields }: RowIndex): string => fields.map((field) => `(${expression(field)})`).join(", ")

/** Selects rows. */
export const select = (selection: Selection): RowSql =>
  selection._tag === "Query" ? page(selection.query) : {
    text: `SELECT one.* FROM unnest(:keys::text[]) AS wanted(key)
  CROSS JOIN LATERAL (SELECT * FROM refold.rows_0 AS one WHERE one.key = wanted.key OFFSET 0) AS one`,
    parameters: { keys: [...new Set(selection.keys)] }
  }

const page = (query: CheckedQuery): RowSql => {
  const columns = [...[...query.where.map(([field]) => field), ...query.sort].map(columnOf), key]
  const start = startOf(query, columns)
  const end = endOf(query, columns)
  const order = columns.map(({ expression }) => query.descending ? `${expression} DESC` : expression)
  return {
    parameters: { limit: query.limit, ...parameters("start", start.bounds), ...parameters("end", end) },
    text: `SELECT * FROM (
    SELECT * FROM refold.rows_0 ${where(start.bounds.length === 0 ? [] : [startCondition(start)])}
    ORDER BY ${order.join(", ")} LIMIT :limit::int
  ) AS page ${where(end.map((bound) => `${bound.column.expression} ${bound.operator} ${place("end", bound)}`))}`
  }
}

interface Bound {
  readonly column: Column
  readonly value: Scalar
}

const where = (conditions: ReadonlyArray<string>): string =>
  conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`

// Numbers as texts, because bigints are.
const place = (use: string, { column: { name, type } }: Bound): string =>
  `:${use}_${name}::${type === "numeric" ? "text::numeric" : type}`

const parameters = (use: string, bounds: ReadonlyArray<Bound>): Parameters =>
  Object.fromEntries(
    bounds.map(({ column: { name, type }, value }) => [`${use}_${name}`, type === "numeric" ? String(value) : value])
  )

// By rows rather than column by column: the index finds the place at once.
const startCondition = ({ bounds, operator }: ReturnType<typeof startOf>): string =>
  `(${bounds.map(({ column }) => column.expression).join(", ")}) ${operator} (${
    bounds.map((bound) => place("start", bound)).join(", ")
  })`

// The values of the first columns at which a page begins.
const startOf = ({ after, descending, range, where }: CheckedQuery, columns: ReadonlyArray<Column>) => {
  const edge = descending ? range.to : range.from
  const values = [
    ...where.map(([, value]) => value),
    ...(after !== undefined ? [...after.values, after.key] : edge === undefined ? [] : [edge])
  ]
  const isExclusive = after !== undefined || (descending && edge !== undefined)
  return {
    operator: `${descending ? "<" : ">"}${isExclusive ? "" : "="}`,
    bounds: values.map((value, index): Bound => ({ column: columns[index]!, value }))
  }
}

// What must hold of the rows of a page, beside that they come after its start.
const endOf = ({ descending, range, where }: CheckedQuery, columns: ReadonlyArray<Column>) => {
  const edge = descending ? range.from : range.to
  const equal = where.map(([, value], index) => ({ column: columns[index]!, operator: "=", value }))
  return edge === undefined
    ? equal
    : [...equal, { column: columns[where.length]!, operator: descending ? ">=" : "<", value: edge }]
}

interface Column {
  readonly name: string
  readonly type: "text" | "numeric" | "boolean"
  readonly expression: string
}

const key: Column = { name: "key", type: "text", expression: "key" }

const columnOf = (field: IndexField, index: number): Column => ({
  name: String(index),
  type: typeOf(field),
  expression: expression(field)
})

const typeOf = ({ kind }: IndexField): Column["type"] =>
  kind === "Text" ? "text" : kind === "Number" ? "numeric" : "boolean"

const expression = (field: IndexField): string => {
  const text = `(state->>${literal(field.field)})`
  return field.kind === "Text" ? `${text} COLLATE "C"` : `${text}::${typeOf(field)}`
}

// A field's name may be anything. Written by its code points it cannot end the literal, nor be taken for a parameter.
const literal = (field: string): string =>
  /^\w+$/.test(field)
    ? `'${field}'`
    : `E'${Array.from(field, (char) => `\\U${char.codePointAt(0)!.toString(16).padStart(8, "0")}`).join("")}'`
