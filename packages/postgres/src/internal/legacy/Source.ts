/**
 * A mapping on its database: the SQL files of this folder with the mapping's own query put in, and what the database says
 * about the legacy table. Nothing here is prepared: a plan that was made while a table was small would be kept.
 */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping } from "../../LegacyMapping.ts"
import * as Database from "../Database.ts"
import * as SqlFile from "../SqlFile.ts"
import * as Checking from "./Checking.ts"
import * as Step from "./Step.ts"

/** What the user called of `LegacyTable`: failures say so, whatever else that took. */
export type Call =
  | "seed"
  | "dryRun"
  | "skipped"
  | "capture"
  | "catchUp"
  | "follow"
  | "reconcile"
  | "switchOver"
  | "abandon"

/** A mapping that need not have a legacy table. */
export interface Named {
  readonly name: string
  readonly call: Call
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
  /** Whether a trigger can refuse writes to it: a view has none that would. */
  readonly isFreezable: boolean
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
  readonly has_parent: boolean
  readonly has_key: boolean
}

/** The part of a mapping that needs no legacy table. */
export const name = (
  mapping: Mapping,
  call: Call
): Effect.Effect<Named, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Effect.map(connect(mapping, call), ({ named }) => named)

/** Looks the legacy table up. Fails with `InvalidInput` where it or its key is not there, or the query cannot be run. */
export const open = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>,
  call: Call
): Effect.fn.Return<Source, InvalidInput | EventStoreError, SqlClient.SqlClient> {
  const { named, run } = yield* connect(mapping, call)
  const table = Checking.quoteTable(mapping.table)
  const [found] = yield* Effect.mapError(
    named.query<RelationRow>("find_relation", { name: table, key: mapping.key }),
    (error) => failed(named, error)
  )
  if (found === undefined) {
    return yield* new InvalidInput({ field: "table", rule: `must be a table that is there: ${table} is not` })
  }
  const { has_children, has_key, has_parent, kind, relation } = found
  const words = wordsOf(mapping, relation)
  const [key] = yield* Effect.mapError(
    run(words)<{ readonly type: string }>("find_key_type"),
    (error) => badQuery(named, mapping, error)
  )
  return {
    ...named,
    key: mapping.key,
    relation,
    isCapturable: has_key && !has_parent && (kind === "p" || (kind === "r" && !has_children)),
    isFreezable: kind !== "v",
    query: run({ ...words, legacy_key_type: key!.type }),
    take: unlessUnreadable(Step.make(mapping, relation))
  }
})

// Of a row that has no texts the database says why, by a JSON string.
const unlessUnreadable = (take: Source["take"]): Source["take"] => (step) =>
  step.after?.startsWith("\"") === true ? Result.fail(String(JSON.parse(step.after))) : take(step)

/** What of a mapping its database needs to know. */
export type Mapping = Pick<LegacyMapping<never, never, never>, "name" | "key" | "query" | "store">

const connect = Effect.fnUntraced(function*({ name, store }: Mapping, call: Call) {
  const sql = yield* SqlClient.SqlClient
  const run = (words: Words): Query => (file, parameters = {}) => {
    const { names, text } = SqlFile.statement(
      SqlFile.read(`legacy/queries/${file}`, store),
      (name) => parameters[name] !== undefined
    )
    return sql.unsafe<never>(put(text, words), names.map((name) => parameters[name])).unprepared
  }
  const named: Named = { name, call, database: yield* Database.make(store), query: run({}) }
  const [found] = yield* Effect.mapError(
    named.query<{ readonly is_there: boolean }>("find_store"),
    (error) => failed(named, error)
  )
  if (!found!.is_there) {
    return yield* new InvalidInput({ field: "store", rule: `must be the schema of a store: "${store}" is none` })
  }
  return { named, run }
})

/** A failure of the database as the ports know it. */
export const failed = (named: Pick<Named, "call">, error: SqlError.SqlError): EventStoreError =>
  because(named, Database.explain(error))

/** A failure, and why it is none of the user's. */
export const because = ({ call }: Pick<Named, "call">, cause: Error): EventStoreError =>
  new EventStoreError({ operation: `LegacyTable.${call}`, cause })

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
const badQuery = (
  named: Named,
  { key, query }: Pick<LegacyMapping<never, never, never>, "key" | "query">,
  error: SqlError.SqlError
): InvalidInput | EventStoreError =>
  error.reason._tag === "SqlSyntaxError"
    ? new InvalidInput({
      field: query === undefined ? "key" : "query",
      rule: `must be a part of a SELECT with a column ${Checking.quote(key)}: ${Database.explain(error).message}`
    })
    : failed(named, error)
