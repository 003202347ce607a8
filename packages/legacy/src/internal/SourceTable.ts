/** A mapping's legacy table as the database resolves it, and the mapping's query as fragments of SQL. */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Database from "@refold/postgres/internal/schema/Database"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type * as Statement from "effect/sql/Statement"
import type { LegacyMapping } from "../LegacyMapping.ts"
import * as ChangeMapper from "./ChangeMapper.ts"
import * as Identifier from "./Identifier.ts"
import * as Session from "./Session.ts"
import { failed, type Operation } from "./StoreFailure.ts"

/** The parts of SQL that differ between mappings. */
interface Parts {
  /** The table. */
  readonly table: Statement.Fragment
  /** The key column. */
  readonly key: Statement.Fragment
  /** The type of the key column in the query. */
  readonly keyType: Statement.Fragment
  /** The mapping's query over the table, in parentheses. */
  readonly rows: Statement.Fragment
  /** The mapping's query over a relation called `captured`, in parentheses. */
  readonly capturedRows: Statement.Fragment
}

/** A session with its legacy table. */
export interface SourceTable extends Session.Session {
  readonly key: string
  /** The table's quoted name with its schema. */
  readonly relation: string
  /** Whether row triggers on it see every change of its rows, and have its key. */
  readonly isCapturable: boolean
  /** Whether a trigger can refuse writes to it: not on a view. */
  readonly isFreezable: boolean
  readonly parts: Parts
  /** The events of one change of a row. */
  readonly map: (change: ChangeMapper.RowChange) => ChangeMapper.MappedChange
}

/** Finds the legacy table. Fails with `InvalidInput` when it or its key does not exist, or when the query cannot run. */
export const open = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  operation: Operation
): Effect.fn.Return<SourceTable, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  const session = yield* Session.open(mapping, operation)
  const table = Identifier.quoteTable(mapping.table)
  const found = yield* Session.reported(session, findRelation(session, table, mapping.key))
  if (found === undefined) {
    return yield* new InvalidInput({ field: "table", rule: `must be an existing table: ${table} does not exist` })
  }
  const { has_children, has_key, has_parent, kind, relation } = found
  const fragments = fragmentsOf(session, mapping, relation)
  const keyType = yield* Effect.mapError(
    findKeyType(session, fragments),
    (error) => badQuery(operation, mapping, error)
  )
  return {
    ...session,
    key: mapping.key,
    relation,
    isCapturable: has_key && !has_parent && (kind === "p" || (kind === "r" && !has_children)),
    isFreezable: kind !== "v",
    parts: { ...fragments, keyType: session.database.sql.literal(keyType) },
    map: unlessUnreadable(ChangeMapper.make(mapping, relation))
  }
})

// legacy_row gives a JSON string for a row that it cannot convert: the reason.
const unlessUnreadable = (map: SourceTable["map"]): SourceTable["map"] => (change) =>
  change.after?.startsWith("\"") === true ? Result.fail(String(JSON.parse(change.after))) : map(change)

interface RelationRow {
  readonly relation: string
  readonly kind: string
  readonly has_children: boolean
  readonly has_parent: boolean
  readonly has_key: boolean
}

// The table that a name means on this connection's search path, with its schema from here on; and what kind of relation it is.
const findRelation = ({ database: { sql } }: Session.Session, name: string, key: string) =>
  Effect.map(
    sql<RelationRow>`
      SELECT format('%I.%I', n.nspname, c.relname) AS relation, c.relkind::text AS kind,
        EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AS has_children,
        EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS has_parent,
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ${key}::text AND a.attnum > 0) AS has_key
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = to_regclass(${name}::text)`.unprepared,
    ([found]) => found
  )

const fragmentsOf = (
  { database: { sql } }: Session.Session,
  { key, query = (table) => `SELECT * FROM ${table}` }: Pick<LegacyMapping<never, never, never>, "key" | "query">,
  relation: string
): Omit<Parts, "keyType"> => ({
  table: sql.literal(relation),
  key: sql.literal(Identifier.quote(key)),
  // On lines of its own, so that a comment at its end ends there.
  rows: sql.literal(`(\n${query(relation)}\n)`),
  capturedRows: sql.literal(`(\n${query("captured")}\n)`)
})

// The type of the key, also when there is no row; and whether the query can run at all. The name in the catalogue, because
// character and bit in SQL mean character(1) and bit(1).
const findKeyType = ({ database: { sql } }: Session.Session, { key, rows }: Omit<Parts, "keyType">) =>
  Effect.map(
    sql<{ readonly type: string }>`
      SELECT format('%I.%I', n.nspname, t.typname) AS type
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE t.oid = pg_typeof((SELECT q.${key} FROM ${rows} AS q LIMIT 1))`.unprepared,
    ([found]) => found!.type
  )

// A statement that the server cannot parse is an error in the mapping; all other failures are not.
const badQuery = (
  operation: Operation,
  { key, query }: Pick<LegacyMapping<never, never, never>, "key" | "query">,
  error: SqlError.SqlError
): InvalidInput | EventStoreError =>
  error.reason._tag === "SqlSyntaxError"
    ? new InvalidInput({
      field: query === undefined ? "key" : "query",
      rule: `must be a SELECT with a column ${Identifier.quote(key)}: ${Database.explain(error).message}`
    })
    : failed(operation, error)
