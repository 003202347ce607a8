/**
 * The migrations as one SQL script, for a database that has no store yet and that only another tool may change. It records the
 * migrations as the migrator does, so that `refold migrate` continues from there.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import { migrations } from "@refold/postgres/internal/schema/Baseline"
import { migrationTable } from "@refold/postgres/internal/schema/MigrationNames"
import * as SqlComments from "@refold/postgres/internal/schema/SqlComments"
import * as SqlFile from "@refold/postgres/internal/schema/SqlFile"
import * as StoreSchema from "@refold/postgres/internal/schema/StoreSchema"
import * as Result from "effect/Result"

/** The script for a schema. Fails with `InvalidInput` for a name that no schema can have. */
export const render = (schema: string): Result.Result<string, InvalidInput> =>
  Result.map(StoreSchema.parse(schema), (name) => {
    const files = Object.values(migrations).flat().map(({ text }) => text)
    const table = `"${name}".${migrationTable}`
    const statements = [
      "BEGIN",
      // The files are written for these.
      "SET LOCAL standard_conforming_strings = on",
      "SET LOCAL search_path = pg_catalog, pg_temp",
      ...[name, SqlFile.rowsSchema(name)].map((one) => `CREATE SCHEMA "${one}"`),
      `CREATE TABLE ${table} (
  migration_id integer primary key,
  created_at timestamp with time zone not null default now(),
  name text not null
)`,
      ...files.map((text) => SqlFile.movedStore(text, name)),
      ...Object.keys(migrations).map((migration) => {
        const [number = "", ...words] = migration.split("_")
        return `INSERT INTO ${table} (migration_id, name) VALUES (${Number(number)}, '${words.join("_")}')`
      }),
      SqlFile.movedStore(SqlComments.statement(files.flatMap(SqlComments.of)), name),
      "COMMIT"
    ]
    return statements.map((statement) => `${statement.trim().replace(/;$/, "")};`).join("\n\n")
  })
