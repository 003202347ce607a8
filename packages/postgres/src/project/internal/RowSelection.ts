/**
 * Selections of rows as SQL: pages of a query along its index, and rows by their keys. A page is read in the order of the
 * index from its start; the other bound of the query is a condition in the outer query. With both bounds inside, PostgreSQL
 * estimates few rows until the table is first analysed, and then sorts all of them for each page.
 */
import type { IndexField } from "@refold/core/internal/project/RowIndex"
import { instantKey, type Scalar } from "@refold/core/internal/project/RowValue"
import type { CheckedQuery } from "@refold/core/project/RowQuery"
import type { Selection } from "@refold/store/project/ReadModelStore"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import type * as ProjectionRow from "./ProjectionRow.ts"

/** Selects rows of a generation. */
export const select = (database: Database, generation: number, selection: Selection): Statement.Fragment =>
  selection._tag === "Query"
    ? page(database, generation, selection.query)
    : byKeys(database, generation, [...new Set(selection.keys)])

/**
 * The rows with these keys. One lookup per key: a cached plan for "= ANY (keys)" that was made while the table was small scans
 * the whole table.
 */
export const byKeys = (
  database: Database,
  generation: number,
  keys: ReadonlyArray<string>
): Statement.Statement<ProjectionRow.TableRow> =>
  database.sql<ProjectionRow.TableRow>`
    SELECT one.* FROM unnest(${keys}::text[]) AS wanted(key)
    CROSS JOIN LATERAL (
      SELECT * FROM ${database.rows(generation)} AS one WHERE one.key = wanted.key OFFSET 0
    ) AS one`

const page = (database: Database, generation: number, query: CheckedQuery): Statement.Fragment => {
  const { sql } = database
  const columns = [...[...query.where.map(([field]) => field), ...query.sort].map(columnOf), key]
  const start = startOf(query, columns)
  const end = endOf(query, columns)
  const order = columns.map(({ expression }) => query.descending ? `${expression} DESC` : expression)
  return sql`
    SELECT * FROM (
      SELECT * FROM ${database.rows(generation)}
      WHERE ${sql.and(start.bounds.length === 0 ? [] : [startCondition(database, start)])}
      ORDER BY ${sql.literal(order.join(", "))} LIMIT ${query.limit}::int
    ) AS page
    WHERE ${sql.and(end.map((bound) => endCondition(database, bound)))}`
}

interface Bound {
  readonly column: Column
  readonly value: Scalar
}

// Numbers are passed as texts, because encoded bigints are texts.
const place = ({ sql }: Database, { column: { isInstant = false, type }, value }: Bound): Statement.Fragment =>
  type === "numeric"
    ? sql`${String(value)}::text::numeric`
    : sql`${isInstant ? instantKey(String(value)) : value}::${sql.literal(type)}`

// Compares rows rather than column by column, so that one index lookup finds the start.
const startCondition = (database: Database, { bounds, operator }: ReturnType<typeof startOf>): Statement.Fragment => {
  const { sql } = database
  const columns = sql.literal(bounds.map(({ column }) => column.expression).join(", "))
  return sql`(${columns}) ${sql.literal(operator)} (${sql.csv(bounds.map((bound) => place(database, bound)))})`
}

const endCondition = (
  database: Database,
  bound: Bound & { readonly operator: string }
): Statement.Fragment =>
  database.sql`${database.sql.literal(`${bound.column.expression} ${bound.operator} `)}${place(database, bound)}`

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

// The conditions on the rows of a page besides its start.
const endOf = ({ descending, range, where }: CheckedQuery, columns: ReadonlyArray<Column>) => {
  const edge = descending ? range.from : range.to
  const equal = where.map(([, value], index) => ({ column: columns[index]!, operator: "=", value }))
  return edge === undefined
    ? equal
    : [...equal, { column: columns[where.length]!, operator: descending ? ">=" : "<", value: edge }]
}

interface Column {
  readonly type: "text" | "numeric" | "boolean"
  readonly isInstant?: boolean
  readonly expression: string
}

const key: Column = { type: "text", expression: "key" }

const columnOf = (field: IndexField): Column => ({
  type: field.kind === "Number" ? "numeric" : field.kind === "Boolean" ? "boolean" : "text",
  isInstant: field.kind === "Instant",
  expression: expression(field)
})

const expression = ({ field, kind }: IndexField): string => {
  const text = `(state->>${literal(field)})`
  switch (kind) {
    case "Text":
      return `${text} COLLATE "C"`
    case "Number":
      return `${text}::numeric`
    case "Boolean":
      return `${text}::boolean`
    case "Instant":
      return `${instantKeyOf(text)} COLLATE "C"`
  }
}

// As `instantKey`. Not a timestamp: that conversion depends on settings of the session, so an index cannot use it.
const instantKeyOf = (text: string): string =>
  `(CASE left(${text}, 1) WHEN '+' THEN '1' || substr(${text}, 2)
    WHEN '-' THEN '0' || translate(substr(${text}, 2, 6), '0123456789', '9876543210') || substr(${text}, 8)
    ELSE '100' || ${text} END)`

// A field's name may be anything. Written by its code points it cannot end the literal.
const literal = (field: string): string =>
  /^\w+$/.test(field)
    ? `'${field}'`
    : `E'${Array.from(field, (char) => `\\U${char.codePointAt(0)!.toString(16).padStart(8, "0")}`).join("")}'`
