// A store with the ledger's SQL beside it, and broken copies of that SQL for the laws to find out.
import type * as Law from "@refold/laws/kit/Law"
import * as SqlSchema from "@refold/postgres/SqlSchema"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { pathToFileURL } from "node:url"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"

// A refusal is an exception, which would end the query with all other inputs of a law.
const attempt = `
CREATE FUNCTION twin.attempt(statement text, input jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  value jsonb;
BEGIN
  EXECUTE statement INTO value USING input;
  RETURN jsonb_build_object('value', value);
EXCEPTION WHEN OTHERS THEN
  RETURN jsonb_build_object('error', SQLSTATE);
END
$$`

// Installs the ledger's SQL, and what the laws need besides.
const install = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* LedgerSql.install()
  yield* sql`CREATE SCHEMA twin`
  yield* sql.unsafe(attempt)
})

/** A store with the ledger's SQL. */
export const on = <Services, E>(store: Layer.Layer<Services | SqlClient.SqlClient, E>) =>
  Layer.provideMerge(Layer.effectDiscard(install), store)

/** Another text in a file. */
export type Edit = readonly [file: string, from: string, to: string]

/** A mistake that somebody could make. */
export interface Fault<R> {
  /** What is wrong. */
  readonly fault: string
  readonly edits: ReadonlyArray<Edit>
  /** Who finds it, in a schema of the broken functions. */
  readonly law: (schema: string) => Law.Property<R>
}

/** Installs a copy of the ledger's SQL with the mistake in it. */
export const installBroken = (edits: ReadonlyArray<Edit>, schema: string) =>
  Effect.gen(function*() {
    const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-fault-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => Fs.rmSync(folder, { recursive: true })))
    Fs.cpSync(LedgerSql.folder, folder, { recursive: true })
    for (const [file, from, to] of edits) {
      const path = Path.join(folder, `${file}.sql`)
      const text = Fs.readFileSync(path, "utf8")
      if (!text.includes(from)) throw new Error(`${file} does not say: ${from}`)
      Fs.writeFileSync(path, text.replace(from, () => to))
    }
    const { files, values } = LedgerSql
    yield* SqlSchema.install({ name: "ledger", schema, folder: pathToFileURL(`${folder}/`), files, values })
  })
