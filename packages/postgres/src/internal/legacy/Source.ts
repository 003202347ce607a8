/**
 * A mapping on its database: the SQL files of this folder with the mapping's own query put in, and what the database says
 * about the legacy table. Nothing here is prepared: a plan that was made while a table was small would be kept.
 */
import { InvalidInput } from "@refold/core/InvalidInput"
import { EventStoreError } from "@refold/store/EventStoreError"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../../LegacyMapping.ts"
import * as Database from "../Database.ts"
import * as SqlFile from "../SqlFile.ts"
import * as Checking from "./Checking.ts"
import * as Step from "./Step.ts"

/** A mapping that need not have a legacy table. */
export interface Named {
  readonly name: string
  readonly database: Database.Database
  /** The rows of `sql/legacy/queries/<file>.sql`. */
  readonly query: Query
}

/** A mapping, its database, and its legacy table. */
export interface Source extends Named {
  readonly key: string
  /** The table's name, quoted, with its schema. */
  readonly relation: string
  /** Whether row triggers on it see every change of its rows, and know its key. */
  readonly isCapturable: boolean
  /** What a step of a row is as events. */
  readonly take: (step: Step.Step) => Step.Stepped
}

/** Runs a file of this folder. */
export type Query = <Row extends object>(
  file: string,
  parameters?: SqlFile.Parameters
) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>

interface RelationRow {
  readonly relation: string
  readonly kind: string
  readonly has_children: boolean
  readonly has_key: boolean
}

/** The part of a mapping that needs no legacy table. */
export const name = (mapping: Mapping): Effect.Effect<Named, never, SqlClient.SqlClient> =>
  Effect.map(connect(mapping), ({ database, run }) => ({ name: mapping.name, database, query: run({}) }))

/** Looks the legacy table up. Fails with `InvalidInput` where it or its key is not there, or the query cannot be run. */
export const open = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<Source, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  const { database, run } = yield* connect(mapping)
  const [found] = yield* Effect.mapError(
    run({})<RelationRow>("find_relation", { name: Checking.quoteTable(mapping.table), key: mapping.key }),
    (error) => failed(operation, error)
  )
  if (found === undefined) return yield* new InvalidInput({ field: "table", rule: "must be a table that is there" })
  const { has_children, has_key, kind, relation } = found
  const words = wordsOf(mapping, relation)
  const [key] = yield* Effect.mapError(
    run(words)<{ readonly type: string }>("find_key_type"),
    (error) => badQuery(mapping, error)
  )
  return {
    name: mapping.name,
    key: mapping.key,
    database,
    relation,
    isCapturable: has_key && (kind === "p" || (kind === "r" && !has_children)),
    query: run({ ...words, legacy_key_type: key!.type }),
    take: Step.make(mapping, relation)
  }
})

/** What of a mapping its database needs to know. */
export type Mapping = Pick<LegacyMapping<never, never, never>, "name" | "key" | "query" | "store">

const operation = "open legacy table"

const connect = Effect.fnUntraced(function*({ store }: Mapping) {
  const sql = yield* SqlClient.SqlClient
  const run = (words: Words): Query => (file, parameters = {}) => {
    const { names, text } = SqlFile.statement(
      SqlFile.read(`legacy/queries/${file}`, store),
      (name) => parameters[name] !== undefined
    )
    return sql.unsafe<never>(put(text, words), names.map((name) => parameters[name])).unprepared
  }
  return { database: yield* Database.make(store), run }
})

/** A failure of the database as the ports know it. */
export const failed = (operation: string, error: SqlError.SqlError): EventStoreError =>
  new EventStoreError({ operation, cause: Database.explain(error) })

// What stands in the files for the parts that each mapping has of its own.
type Words = Readonly<Record<string, string>>

const wordsOf = ({ key, query = (table) => `SELECT * FROM ${table}` }: Mapping, relation: string): Words => ({
  legacy_relation: relation,
  legacy_key: Checking.quote(key),
  // On lines of its own, so that a comment at its end ends there.
  legacy_query: `(\n${query(relation)}\n)`,
  captured_query: `(\n${query("captured")}\n)`
})

const put = (text: string, words: Words): string =>
  text.replaceAll(
    /\b(?:legacy_relation|legacy_key_type|legacy_key|legacy_query|captured_query)\b/g,
    (word) => words[word] ?? word
  )

// A statement that the server cannot understand is the mapping's fault, all else is not.
const badQuery = ({ key, query }: Mapping, error: SqlError.SqlError): InvalidInput | EventStoreError =>
  error.reason._tag === "SqlSyntaxError"
    ? new InvalidInput({
      field: query === undefined ? "key" : "query",
      rule: `must be a part of a SELECT with a column ${Checking.quote(key)}: ${Database.explain(error).message}`
    })
    : failed(operation, error)
