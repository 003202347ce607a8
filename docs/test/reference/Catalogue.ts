/** The tables of a store, as the database describes them: the comments of the SQL files are the comments of the columns. */
import { LegacyTable } from "@refold/legacy"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as EmbeddedStore from "../../../packages/postgres/test/support/EmbeddedStore.ts"

interface Column {
  readonly relation: string
  readonly kind: string
  readonly about: string
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly meaning: string
}

const columns = Effect.gen(function*() {
  yield* LegacyTable.install({ store: "refold" })
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Column>`
    SELECT c.relname AS relation, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
      coalesce(obj_description(c.oid, 'pg_class'), '') AS about, a.attname AS name,
      format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
      coalesce(col_description(c.oid, a.attnum), '') AS meaning
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'refold'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum`
})

// What a column means that has no comment in its SQL file: by its table, or by its name in any table.
const others: Readonly<Record<string, string>> = {
  "legacy_changes.after": "As `before`.",
  "legacy_changes.captured_at": "When the trigger ran, by the database's clock.",
  "legacy_runs.changed": "As `seeded`.",
  "legacy_runs.events": "As `seeded`.",
  "legacy_runs.removed": "As `seeded`.",
  "legacy_runs.rows_read": "How many rows the run has read.",
  "log_instance.token": "Opaque.",
  "parked_streams.attempts": "How often folding the event was tried.",
  "parked_streams.generation": "The generation, `projection_generations.id`.",
  "parked_streams.reason": "As `stage`.",
  "parked_streams.type": "The type of the poisoned event.",
  "projection_generations.version": "The version that the code of the projection has declared.",
  "partitions.has_discarded": "Whether events of the projection are discarded.",
  "partitions.parked": "The number of streams that the partition has parked.",
  "projection_generations.drain_to": "As `next_partitions`.",
  "projection_generations.partitioned_by": "As `partitions`.",
  "projection_partitions.generation": "The generation, `projection_generations.id`.",
  "projection_partitions.partition": "Its number, from 0.",
  "projections.has_discarded": "Whether events of the projection are discarded.",
  "projections.parked": "The number of parked streams of the generation, of each partition.",
  created_at: "When the row was written, by the database's clock.",
  discarded_at: "When, by the database's clock.",
  finished_at: "When the run was done.",
  id: "Its number.",
  legacy_table: "The mapping, `legacy_tables.id`.",
  migration_id: "The number of the migration.",
  name: "Its name.",
  parked_at: "When, by the database's clock.",
  position: "The place of the event in the order of all events.",
  projection: "The name of the projection.",
  reason: "Why.",
  recorded_at: "When the event was recorded.",
  started_at: "When the run began.",
  state: "The encoded state.",
  stream: "The name of the stream.",
  version: "The version of the event in its stream.",
  view: "The name of the snapshots; see `Aggregate`."
}

const abouts: Readonly<Record<string, string>> = {
  migrations: "The migrations of the store that have run.",
  legacy_migrations: "The migrations of `@refold/legacy` that have run."
}

// In a cell of a table, and outside of HTML.
const prose = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "\\<").trim()

const views = ["projections", "partitions"]
const tablesOfViews = ["projection_generations", "projection_partitions"]

const meaningOf = ({ meaning, name, relation }: Column, found: ReadonlyArray<Column>): string => {
  // The views have the columns of the tables of generations and partitions.
  const inTable = views.includes(relation)
    ? found.find((column) => tablesOfViews.includes(column.relation) && column.name === name)
    : undefined
  const text =
    [meaning, inTable?.meaning, others[`${relation}.${name}`], inTable && others[`${inTable.relation}.${name}`]]
      .find((one) => one !== undefined && one !== "") ?? others[name]
  if (text === undefined) throw new Error(`${relation}.${name} has no comment in its SQL file: write one`)
  return text
}

const section = (relation: string, all: ReadonlyArray<Column>, found: ReadonlyArray<Column>): string => {
  const { about, kind } = all[0]!
  const rows = all.map((column) => ({ ...column, meaning: meaningOf(column, found) })).map((
    { meaning, name, required, type }
  ) => `| \`${name}\` | ${type}${required || kind === "view" ? "" : ", or NULL"} | ${prose(meaning)} |`)
  return [
    `### ${relation}`,
    "",
    prose(`A ${kind}. ${about || abouts[relation] || ""}`),
    "",
    "| column | type | meaning |",
    "| --- | --- | --- |",
    ...rows
  ]
    .join("\n")
}

/** A section for each table and view of a store, in Markdown. */
export const tables = async (): Promise<string> => {
  const found = await Effect.runPromise(Effect.provide(columns, EmbeddedStore.layer()))
  const relations = Map.groupBy(found, ({ relation }) => relation)
  return [...relations].map(([relation, all]) => section(relation, all, found)).join("\n\n")
}
